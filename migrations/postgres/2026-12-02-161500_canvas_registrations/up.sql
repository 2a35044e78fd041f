-- What a platform says that a registration may do: scopes, and messages with their places. JSON; none where it was made by
-- hand, or before this was kept. Same words in both databases; see the first migration.

ALTER TABLE registrations ADD COLUMN powers TEXT;

-- Canvas calls a bare host its authorization server, and takes nothing but the address of its token endpoint as the audience
-- of a request for a token. Where such a host was kept, no service could be called; nothing else is lost by this.

UPDATE registrations SET token_audience = token_url
WHERE lower(token_audience) NOT LIKE 'http://_%' AND lower(token_audience) NOT LIKE 'https://_%';
