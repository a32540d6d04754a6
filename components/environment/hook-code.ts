// The editor of scripts: CodeMirror with its shell mode. Loaded only when somebody opens a script.
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import {
  bracketMatching,
  HighlightStyle,
  indentUnit,
  StreamLanguage,
  syntaxHighlighting,
  type TagStyle,
} from '@codemirror/language'
import { shell } from '@codemirror/legacy-modes/mode/shell'
import { EditorSelection, EditorState } from '@codemirror/state'
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'

export type ScriptEditor = { goTo(line: number): void; setText(text: string): void; destroy(): void }

/** Puts an editor into `parent`; `changed` is told each new text. Tab moves on to the next field, as everywhere else. */
export function openEditor(options: {
  parent: HTMLElement
  text: string
  label: string
  changed: (text: string) => void
}): ScriptEditor {
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text,
      extensions: [
        lineNumbers(),
        history(),
        drawSelection(),
        highlightActiveLine(),
        bracketMatching(),
        indentUnit.of('  '),
        StreamLanguage.define(shell),
        syntaxHighlighting(HighlightStyle.define(colours)),
        look,
        keymap.of([...defaultKeymap, ...historyKeymap]),
        EditorState.lineSeparator.of('\n'),
        EditorView.contentAttributes.of({ 'aria-label': options.label, spellcheck: 'false' }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) options.changed(update.state.sliceDoc())
        }),
      ],
    }),
  })
  return {
    goTo(line) {
      const { from } = view.state.doc.line(Math.min(line, view.state.doc.lines))
      view.dispatch({ selection: EditorSelection.cursor(from), scrollIntoView: true })
      view.focus()
    },
    setText(text) {
      view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
    },
    destroy: () => view.destroy(),
  }
}

const colours: TagStyle[] = [
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: [tags.keyword, tags.controlKeyword], color: 'var(--accent)', fontWeight: '600' },
  { tag: [tags.string, tags.special(tags.string)], color: 'var(--good)' },
  { tag: [tags.variableName, tags.definition(tags.variableName), tags.attributeName], color: 'var(--warn)' },
  { tag: tags.number, color: 'var(--warn)' },
]

const look = EditorView.theme({
  '&': { fontSize: '12px', backgroundColor: 'var(--panel)', color: 'var(--ink)' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': {
    fontFamily: 'var(--font-mono, monospace)',
    lineHeight: '20px',
    overflow: 'auto',
    maxHeight: '60vh',
  },
  '.cm-content': { minHeight: '200px', caretColor: 'var(--ink)' },
  '.cm-gutters': { backgroundColor: 'var(--sunken)', color: 'var(--ink-soft)', borderRight: '1px solid var(--line)' },
  '.cm-activeLine, .cm-activeLineGutter': { backgroundColor: 'color-mix(in srgb, var(--accent) 8%, transparent)' },
  '.cm-cursor': { borderLeftColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 28%, transparent)',
  },
})
