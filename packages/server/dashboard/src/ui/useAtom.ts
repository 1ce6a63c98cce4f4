import type * as Atom from "effect/reactivity/Atom"
import { useCallback, useSyncExternalStore } from "react"
import { registry } from "../data/state.ts"

/** The value of an atom, followed while the component is shown. */
export const useAtom = <A>(atom: Atom.Atom<A>): A => {
  const subscribe = useCallback((onChange: () => void) => registry.subscribe(atom, onChange), [atom])
  const read = useCallback(() => registry.get(atom), [atom])
  return useSyncExternalStore(subscribe, read)
}

/** The value of a writable atom, and what sets it. */
export const useAtomState = <A>(atom: Atom.Writable<A>): readonly [A, (value: A) => void] => [
  useAtom(atom),
  useCallback((value: A) => registry.set(atom, value), [atom])
]
