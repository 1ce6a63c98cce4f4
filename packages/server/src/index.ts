/** smart-cache over HTTP. */
export * as Api from "./Api.ts"
export * as Calculator from "./Calculator.ts"
export * as Fixtures from "./Fixtures.ts"
export * as Server from "./Server.ts"
export * as ServerError from "./ServerError.ts"
