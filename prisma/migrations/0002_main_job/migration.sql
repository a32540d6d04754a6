ALTER TABLE "User" ADD COLUMN "totpSecret" BYTEA, ADD COLUMN "totpAt" TIMESTAMPTZ(3), ADD COLUMN "totpStep" INTEGER,
  ADD COLUMN "recoveryCodes" JSONB NOT NULL DEFAULT '[]';

CREATE TABLE "Membership" (
    "userId" TEXT NOT NULL,
    "projectId" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "Membership_pkey" PRIMARY KEY ("userId","projectId")
);
CREATE INDEX "Membership_projectId_idx" ON "Membership"("projectId");
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User"("id") ON DELETE CASCADE ON UPDATE CASCADE;
ALTER TABLE "Membership" ADD CONSTRAINT "Membership_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

CREATE TABLE "Invitation" (
    "id" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "role" TEXT NOT NULL,
    "projects" JSONB NOT NULL DEFAULT '[]',
    "hash" TEXT NOT NULL,
    "invitedBy" TEXT NOT NULL,
    "inviterId" TEXT,
    "createdAt" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expiresAt" TIMESTAMPTZ(3) NOT NULL,
    "usedAt" TIMESTAMPTZ(3),
    "revokedAt" TIMESTAMPTZ(3),

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("id")
);
CREATE UNIQUE INDEX "Invitation_hash_key" ON "Invitation"("hash");
CREATE INDEX "Invitation_createdAt_idx" ON "Invitation"("createdAt");

ALTER TABLE "Token" ADD COLUMN "projectId" TEXT;
CREATE INDEX "Token_projectId_idx" ON "Token"("projectId");
ALTER TABLE "Token" ADD CONSTRAINT "Token_projectId_fkey" FOREIGN KEY ("projectId") REFERENCES "Project"("id") ON DELETE CASCADE ON UPDATE CASCADE;

ALTER TABLE "Environment" ADD COLUMN "options" JSONB NOT NULL DEFAULT '{}';
ALTER TABLE "VariableSet" ADD COLUMN "secrets" JSONB;
ALTER TABLE "HookRevision" ADD COLUMN "failure" TEXT;
ALTER TABLE "Deployment" ADD COLUMN "expectedHash" TEXT;

ALTER TABLE "AuditEntry" ADD COLUMN "projectId" TEXT;
CREATE INDEX "AuditEntry_projectId_id_idx" ON "AuditEntry"("projectId", "id");
