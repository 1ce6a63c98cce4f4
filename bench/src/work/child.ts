/** A process of its own for one question: it is started with the question and ends with the answer. */
import { fork } from "node:child_process"
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
export const ask = <Question, Answer>(
  module: URL,
  question: Question,
  { nodeFlags = [], patience, signal }: Manner
): Promise<Answer> => {
  const child = fork(fileURLToPath(module), [JSON.stringify(question)], {
    execArgv: [...flags, ...nodeFlags],
    stdio: ["ignore", 2, 2, "ipc"],
    timeout: patience,
    killSignal: "SIGKILL",
    signal
  })
  return new Promise((resolve, reject) => {
    let answer: { readonly is: Answer } | undefined
    child.once("message", (is) => answer = { is: is as Answer })
    child.once("error", reject)
    child.once("exit", (code, signal) => {
      if (answer !== undefined && code === 0) resolve(answer.is)
      else reject(new Error(`bench: ${fileURLToPath(module)} ended with ${signal ?? code}`))
    })
  })
}

/** What a process was asked. */
export const question = <Question>(): Question => JSON.parse(process.argv[2] ?? "")

/** Answers, and lets the process end. */
export const answer = <Answer>(answer: Answer): void => {
  process.send?.(answer)
  process.disconnect?.()
}
