-- Every row has been moved and sealed. The file's pages are overwritten as they are freed (`secure_delete`).
DROP TABLE entries_in_clear;
