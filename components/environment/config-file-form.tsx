'use client'
// Writing one file: as text, or as a file of this computer. What is in a secret one never comes here again.
import { useRouter } from 'next/navigation'
import { useEffect, useState } from 'react'
import { toast } from 'sonner'
import { readConfigFile, removeConfigFile, saveConfigFile } from '@/app/actions/files.ts'
import type { ConfigFileView } from '@/lib/api/shapes-files.ts'
import { formatBytes } from '@/lib/format/bytes.ts'
import { ConfirmButton } from '../form/confirm-button.tsx'
import { PlaceFields } from './config-file-place.tsx'
import { Field, TextField } from '../form/field.tsx'
import { Form, SubmitButton } from '../form/form.tsx'
import { attempt } from '../form/outcome.ts'
import { buttonStyle } from '../style.ts'

type FormProps = { environmentId: string; file: ConfigFileView | null; close: () => void }
type Chosen = { name: string; size: number; base64: string }

export function ConfigFileForm({ environmentId, file, close }: FormProps) {
  const router = useRouter()
  // The page is drawn anew while somebody types: what was opened is what is edited.
  const [edited] = useState(file)
  const [text, setText] = useState('')
  const [isTyped, setTyped] = useState(false)
  const [target, setTarget] = useState<ConfigFileView['target']>(file?.target ?? 'release')
  const [chosen, setChosen] = useState<Chosen | null>(null)
  const canRead = edited !== null && edited.isText && !edited.isSecret

  useEffect(() => {
    if (!canRead) return
    let isHere = true
    void attempt(readConfigFile, { environmentId, id: edited.id }).then((outcome) => {
      if (!isHere) return
      if (outcome.ok) setText(outcome.value.text ?? '')
      else toast.error(outcome.error.message)
    })
    return () => {
      isHere = false
    }
  }, [environmentId, edited, canRead])

  const usual = target === 'server' ? 'as the server has it' : 'as the release’s'

  function content() {
    if (chosen) return { content: chosen.base64, encoding: 'base64' as const }
    return isTyped || edited === null ? { content: text } : {}
  }
  function done(words: string) {
    close()
    toast.success(words)
    router.refresh()
  }
  return (
    <Form
      label={edited ? `The file ${edited.path}` : 'A new file'}
      className="my-3 grid gap-3"
      act={saveConfigFile}
      read={(data) => ({
        environmentId,
        target,
        path: edited?.path ?? String(data.get('path')),
        ...content(),
        owner: String(data.get('owner')) || null,
        group: String(data.get('group')) || null,
        mode: String(data.get('mode')),
        isSecret: data.get('isSecret') === 'on',
        basedOn: edited?.number ?? null,
      })}
      done={({ path }) => done(`${path} counts from the next deployment on, or once it is applied.`)}
    >
      {!edited && <PlaceFields target={target} setTarget={setTarget} />}
      {chosen ? (
        <p className="flex flex-wrap items-center gap-3">
          {chosen.name}, {formatBytes(chosen.size)}
          <button type="button" className={buttonStyle.quiet} onClick={() => setChosen(null)}>
            Write it here instead
          </button>
        </p>
      ) : (
        <TextField
          name="content"
          label="Content"
          rows={10}
          wrap="off"
          value={text}
          onChange={(event) => {
            setText(event.target.value)
            setTyped(true)
          }}
          placeholder={
            edited && !canRead ? 'What is in it isn’t shown, and stays unless you write something here.' : ''
          }
        />
      )}
      <Field
        name="upload"
        label="Or take a file of this computer"
        type="file"
        onChange={(event) => {
          const picked = event.target.files?.[0]
          if (picked) void encoded(picked).then(setChosen)
        }}
        hint="Text or not, up to 1 MiB."
      />
      <div className="grid gap-3 sm:grid-cols-3">
        <Field name="mode" label="Permissions" defaultValue={edited?.mode ?? '0640'} inputMode="numeric" />
        <Field name="owner" label="Owner" defaultValue={edited?.owner ?? ''} placeholder={usual} />
        <Field name="group" label="Group" defaultValue={edited?.group ?? ''} placeholder={usual} />
      </div>
      <label className="flex items-center gap-2">
        <input
          type="checkbox"
          name="isSecret"
          className="accent-(--accent)"
          defaultChecked={edited?.isSecret ?? true}
        />
        Secret: never shown again, and each line is taken out of logs
      </label>
      <div className="flex flex-wrap gap-2">
        <SubmitButton busyText="Saving…">Save the file</SubmitButton>
        <button type="button" className={buttonStyle.quiet} onClick={close}>
          Close
        </button>
        {edited && (
          <ConfirmButton
            word="Remove the file"
            act={() => removeConfigFile({ environmentId, id: edited.id })}
            done={() => done(`${edited.path} goes with the next deployment.`)}
          >
            {edited.target === 'release'
              ? 'Releases from the next one on are made without'
              : 'The next deployment takes away'}{' '}
            <code className="font-mono text-xs">{edited.path}</code>, if it is still as Fairlead left it. Releases that
            had it bring it back, and its history stays.
          </ConfirmButton>
        )}
      </div>
    </Form>
  )
}

/** A larger file is refused where all are: its first bytes say that it is. */
const enough = 1024 * 1024 + 1

async function encoded(file: File): Promise<Chosen> {
  const bytes = new Uint8Array(await file.slice(0, enough).arrayBuffer())
  let text = ''
  for (let at = 0; at < bytes.length; at += 8_192) text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  return { name: file.name, size: file.size, base64: btoa(text) }
}
