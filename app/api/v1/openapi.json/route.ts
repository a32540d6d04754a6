import { openApiDocument } from '@/lib/api/openapi.ts'

/** The API's own description, open to everyone: it says nothing of this panel. */
export function GET() {
  return Response.json(openApiDocument())
}
