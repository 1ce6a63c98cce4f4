import { useEffect, useRef, useState } from "react"

/** Between two announcements at least, milliseconds: nobody can listen to more. */
const pause = 4000

/** Says a text to those who listen to the page; of many that come at once, the last. */
export const Announce = ({ text }: { readonly text: string }) => {
  const [said, setSaid] = useState("")
  const last = useRef(0)
  useEffect(() => {
    const timer = setTimeout(() => {
      last.current = Date.now()
      setSaid(text)
    }, Math.max(0, last.current + pause - Date.now()))
    return () => clearTimeout(timer)
  }, [text])
  return <p className="hidden" role="status">{said}</p>
}
