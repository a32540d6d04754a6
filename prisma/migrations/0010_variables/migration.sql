ALTER TABLE "VariableSet" ADD COLUMN "dialect" TEXT;
