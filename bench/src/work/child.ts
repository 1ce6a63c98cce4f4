/** A process of its own for one question: it is started with the question and ends with the answer. */
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

/**
 * Node strips the types itself: tsx would wrap every function to keep its name, which is work that no application has.
 */
const flags = ["--conditions=@smart-cache/source", "--disable-warning=ExperimentalWarning"]

export interface Manner {
  readonly nodeFlags?: ReadonlyArray<string>
  /** Milliseconds. */
  readonly patience: number
  /** Ends the process. */
  readonly signal: AbortSignal
}

/** Starts a module with a question and takes its answer; rejects when it ends without one, or after `patience` milliseconds. */
export const ask = async <Question, Answer>(
  module: URL,
  question: Question,
  { nodeFlags = [], patience, signal }: Manner
): Promise<Answer> => {
  const path = fileURLToPath(module)
  const child = fork(path, [JSON.stringify(question)], {
    execArgv: [...flags, ...nodeFlags],
    stdio: ["ignore", 2, 2, "ipc"],
    timeout: patience,
    killSignal: "SIGKILL",
    signal
  })
  const answers: Array<Answer> = []
  child.once("message", (answer) => answers.push(answer as Answer))
  // A process may be gone before all that it said has arrived.
  const [[code, killed]] = await Promise.all([once(child, "exit"), once(child, "disconnect")])
  const [answer] = answers
  if (answer === undefined || code !== 0) throw new Error(`bench: ${path} ended with ${killed ?? code}`)
  return answer
}

/** What a process was asked. */
export const question = <Question>(): Question => JSON.parse(process.argv[2] ?? "")

/** Answers, and lets the process end. */
export const answer = <Answer>(answer: Answer): void => {
  process.send?.(answer, () => process.disconnect())
}
