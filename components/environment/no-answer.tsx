import { Complaint } from '../form/form.tsx'
import type { Refusal } from '../form/outcome.ts'
import { buttonStyle } from '../style.ts'

/** Why the panel didn't answer, and the button that asks again. */
export function NoAnswer({ refusal, again }: { refusal: Refusal; again: () => void }) {
  return (
    <div className="grid justify-items-start gap-3">
      <Complaint refusal={refusal} />
      <button type="button" className={buttonStyle.plain} onClick={again}>
        Try again
      </button>
    </div>
  )
}
