import { useId } from "react"

interface Props<A extends string> {
  readonly legend: string
  readonly options: ReadonlyArray<A>
  readonly value: A
  readonly onChange: (value: A) => void
  readonly label?: (value: A) => string
}

/** One of a few, all in sight. */
export const Choice = <A extends string>({ label = (value) => value, legend, onChange, options, value }: Props<A>) => {
  const name = useId()
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {options.map((option) => (
        <label key={option}>
          <input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />
          <span>{label(option)}</span>
        </label>
      ))}
    </fieldset>
  )
}
