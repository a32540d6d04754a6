CREATE TABLE "ConfigFile" (
    "id" TEXT NOT NULL,
    "environmentId" TEXT NOT NULL,
    "target" TEXT NOT NULL,
    "path" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ConfigFile_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ConfigFile_environmentId_target_path_key" ON "ConfigFile"("environmentId", "target", "path");
ALTER TABLE "ConfigFile" ADD CONSTRAINT "ConfigFile_environmentId_fkey" FOREIGN KEY ("environmentId") REFERENCES "Environment"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "ConfigFileRevision" (
    "id" TEXT NOT NULL,
    "fileId" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "content" BYTEA,
    "sha256" TEXT,
    "size" INTEGER NOT NULL,
    "isText" BOOLEAN NOT NULL,
    "isSecret" BOOLEAN NOT NULL,
    "owner" TEXT,
    "group" TEXT,
    "mode" TEXT NOT NULL,
    "createdBy" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "ConfigFileRevision_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "ConfigFileRevision_fileId_number_key" ON "ConfigFileRevision"("fileId", "number");
ALTER TABLE "ConfigFileRevision" ADD CONSTRAINT "ConfigFileRevision_fileId_fkey" FOREIGN KEY ("fileId") REFERENCES "ConfigFile"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "ReleaseFile" (
    "releaseId" TEXT NOT NULL,
    "revisionId" TEXT NOT NULL,

    CONSTRAINT "ReleaseFile_pkey" PRIMARY KEY ("releaseId", "revisionId")
);
CREATE INDEX "ReleaseFile_revisionId_idx" ON "ReleaseFile"("revisionId");
ALTER TABLE "ReleaseFile" ADD CONSTRAINT "ReleaseFile_releaseId_fkey" FOREIGN KEY ("releaseId") REFERENCES "Release"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "ReleaseFile" ADD CONSTRAINT "ReleaseFile_revisionId_fkey" FOREIGN KEY ("revisionId") REFERENCES "ConfigFileRevision"("id") ON DELETE CASCADE ON UPDATE CASCADE;
