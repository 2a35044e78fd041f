-- What a server writes and removes again to learn whether there is room for what people save. Nothing is ever left in it.
CREATE TABLE probes (
    id TEXT PRIMARY KEY NOT NULL,
    filler TEXT NOT NULL
);
