-- The order of an environment's servers is a person's: the first one comes first, and may be the only one for a while.
ALTER TABLE "Target" ADD COLUMN "position" INTEGER NOT NULL DEFAULT 0;
