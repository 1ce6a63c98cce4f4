import { useSyncExternalStore } from "react"
import { theme } from "../data/state.ts"
import { useAtom } from "./useAtom.ts"

const dark = matchMedia("(prefers-color-scheme: dark)")

const subscribe = (onChange: () => void) => {
  dark.addEventListener("change", onChange)
  return () => dark.removeEventListener("change", onChange)
}

/** Whether the page is light or dark now. */
export const useScheme = (): "light" | "dark" => {
  const chosen = useAtom(theme)
  const system = useSyncExternalStore(subscribe, () => dark.matches ? "dark" : "light")
  return chosen === "system" ? system : chosen
}
