-- By what others recognise an issuer: what badges that are signed from now on say of it, and where they are shared.

-- The digest (hex) of its logo among the uploaded pictures.
ALTER TABLE issuers ADD COLUMN logo TEXT;
-- Its identifier in the Research Organization Registry, as an address.
ALTER TABLE issuers ADD COLUMN ror TEXT;
-- The number of its page at LinkedIn.
ALTER TABLE issuers ADD COLUMN linkedin TEXT;
