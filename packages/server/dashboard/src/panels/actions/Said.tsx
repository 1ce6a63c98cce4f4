import type { Outcome } from "./useAction.ts"

/** What came of an action. */
export const Said = ({ outcome }: { readonly outcome: Outcome }) => (
  <p role="status" className="said" data-outcome={outcome._tag}>
    {outcome._tag === "Running" && "Asked; waiting for the answer."}
    {(outcome._tag === "Done" || outcome._tag === "Failed") && outcome.said}
  </p>
)
