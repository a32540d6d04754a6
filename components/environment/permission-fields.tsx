'use client'
import type { EnvironmentView } from '@/lib/api/shapes.ts'
import { Field, SelectField } from '../form/field.tsx'

type Permissions = EnvironmentView['permissions']

/** Whose the files of a release become, and with which modes. */
export function PermissionFields({ permissions: { mode, owner, group } }: { permissions: Permissions }) {
  return (
    <div className="grid gap-4 sm:grid-cols-[2fr_1fr_1fr]">
      <SelectField name="permissions.mode" label="Permissions of a release" defaultValue={mode}>
        <option value="keep-exec">2775 and 0664, executable files stay so</option>
        <option value="strict">2775 and 0664, literally</option>
        <option value="off">Leave them as they are</option>
      </SelectField>
      <Field name="permissions.owner" label="Owner" defaultValue={owner} autoCapitalize="none" />
      <Field name="permissions.group" label="Group" defaultValue={group} autoCapitalize="none" />
    </div>
  )
}

export function readPermissions(data: FormData): Permissions {
  return {
    mode: data.get('permissions.mode') as Permissions['mode'],
    owner: String(data.get('permissions.owner')),
    group: String(data.get('permissions.group')),
  }
}
