"""The second wall: PostgreSQL's own row-level security, behind `visible`.

`standing` says to the database who is asking, `registry` which policy holds each table, `install`
keeps the policies in the database as the registry has them. On SQLite, which has no such thing,
all of this does nothing.
"""
