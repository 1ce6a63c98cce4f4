/** The commands in a stream of requests, as RESP frames them. */

export interface Request {
  /** The bytes, to be passed on as they are. */
  readonly bytes: Buffer
  /** Command and arguments, separated by spaces. */
  readonly text: string
}

/** The number after a marker and the offset after its line, or undefined while the line is not complete. */
const line = (bytes: Buffer, at: number): readonly [value: number, next: number] | undefined => {
  const end = bytes.indexOf("\r\n", at)
  return end < 0 ? undefined : [Number(bytes.toString("latin1", at + 1, end)), end + 2]
}

const first = (bytes: Buffer): Request | undefined => {
  const head = line(bytes, 0)
  if (head === undefined) return undefined
  const words: Array<string> = []
  let [remaining, at] = head
  for (; remaining > 0; remaining--) {
    const size = line(bytes, at)
    if (size === undefined || bytes.length < size[1] + size[0] + 2) return undefined
    words.push(bytes.toString("utf8", size[1], size[1] + size[0]))
    at = size[1] + size[0] + 2
  }
  return { bytes: bytes.subarray(0, at), text: words.join(" ") }
}

/** Collects chunks, and gives each request once it is complete. */
export const collector = () => {
  let pending: Buffer = Buffer.alloc(0)
  return (chunk: Buffer): ReadonlyArray<Request> => {
    pending = Buffer.concat([pending, chunk])
    const complete: Array<Request> = []
    for (let request = first(pending); request !== undefined; request = first(pending)) {
      complete.push(request)
      pending = pending.subarray(request.bytes.length)
    }
    return complete
  }
}
