import * as Effect from "effect/Effect"
import { useEffect, useState } from "react"
import type { Row } from "../../data/decisions.ts"
import * as Request from "../../data/request.ts"
import * as State from "../../data/state.ts"
import type { Explanation } from "../../data/types.ts"
import * as Words from "./words.ts"

type Answer = Explanation | { readonly problem: string }

/** Asks what is held about a key; again for another key. */
const useExplanation = (key: string): Answer | undefined => {
  const [answer, setAnswer] = useState<Answer>()
  useEffect(() => {
    const path = `/api/v1/explain?key=${encodeURIComponent(key)}`
    const ask = Request.getJson<Explanation>(path, State.registry.get(State.token)).pipe(
      Effect.catch((error) => Effect.succeed({ problem: error.message })),
      Effect.map(setAnswer)
    )
    return Effect.runCallback(ask)
  }, [key])
  return answer
}

const Sentences = ({ all }: { readonly all: ReadonlyArray<string> }) =>
  all.map((sentence) => <p key={sentence}>{sentence}</p>)

/** Why a read was answered as it was, and how things stand with its key. */
export const Why = ({ row }: { readonly row: Row }) => {
  const answer = useExplanation(row.key)
  return (
    <div className="why" data-testid="why">
      <p>
        <code>{row.key}</code>
      </p>
      <Sentences all={Words.why(row)} />
      <h3>The key at this moment</h3>
      <div data-testid="explanation">
        {answer === undefined
          ? <p className="muted">The server is being asked.</p>
          : "problem" in answer
          ? <p className="problem">{answer.problem}</p>
          : <Sentences all={Words.state(answer)} />}
      </div>
    </div>
  )
}
