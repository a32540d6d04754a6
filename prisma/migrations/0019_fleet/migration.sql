-- Several servers: which of them a run is for, where hooks run, what is not known or has drifted.
ALTER TABLE "Server" ADD COLUMN "labels" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "HookRevision" ADD COLUMN "place" JSONB NOT NULL DEFAULT '{"on":"all"}';
ALTER TABLE "Deployment" ADD COLUMN "targetIds" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "Target" ADD COLUMN "unknownSince" TIMESTAMPTZ(3),
  ADD COLUMN "unknownWhy" TEXT,
  ADD COLUMN "drift" JSONB,
  ADD COLUMN "driftSeenAt" TIMESTAMPTZ(3);
