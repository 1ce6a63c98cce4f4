import type { KeyboardEvent } from "react"

const targets: Readonly<Record<string, (at: number, last: number) => number>> = {
  ArrowDown: (at, last) => Math.min(at + 1, last),
  ArrowUp: (at) => Math.max(at - 1, 0),
  Home: () => 0,
  End: (_, last) => last
}

/** Lets the arrow keys walk through a long list, of which only the first entry is a stop of the Tab key. */
export const walk = (event: KeyboardEvent<HTMLElement>): void => {
  const entries = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-entry]")]
  const at = entries.findIndex((entry) => entry === document.activeElement)
  const to = targets[event.key]?.(at, entries.length - 1)
  if (at === -1 || to === undefined) return
  event.preventDefault()
  entries[to]?.focus()
}

/** What makes a button an entry of such a list. */
export const entry = (index: number) => ({ "data-entry": index, tabIndex: index === 0 ? 0 : -1 })
