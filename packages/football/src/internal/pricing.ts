/** Which pricer answers for which bet. */
import * as Counts from "./countPrices.ts"
import * as Goals from "./goalsPrices.ts"
import type { Bet } from "./menu.ts"
import type { Model } from "./model.ts"
import type { Prices } from "./prices.ts"
import { yesNo } from "./prices.ts"
import * as Scorers from "./scorerPrices.ts"

export const priceBet = (model: Model, bet: Bet): Prices => {
  switch (bet._tag) {
    case "MatchOdds":
      return Goals.result(model.fullTime)
    case "DoubleChance":
      return Goals.doubleChance(model)
    case "DrawNoBet":
      return Goals.asianHandicap(model, 0)
    case "HalfTime":
      return Goals.result(model.halves().halfTime)
    case "HalfTimeFullTime":
      return Goals.halfTimeFullTime(model)
    case "PlusHandicap":
      return Goals.plusHandicap(model, bet.side, bet.start)
    case "AsianHandicap":
      return Goals.asianHandicap(model, bet.line)
    case "Goals":
      return Goals.goals(model, bet.of, bet.line)
    case "GoalLine":
      return Goals.goalLine(model, bet.line)
    case "OddEven":
      return Goals.oddEven(model)
    case "FirstGoalTime":
      return Goals.firstGoalTime(model)
    case "BothScore":
      return Goals.bothScore(model)
    case "CleanSheet":
      return Goals.cleanSheet(model, bet.side)
    case "WinToNil":
      return Goals.winToNil(model, bet.side)
    case "ResultAndBothScore":
      return Goals.resultAndBothScore(model)
    case "ResultAndGoals":
      return Goals.resultAndGoals(model, bet.line)
    case "ScoreInBothHalves":
      return yesNo(model.halves().scoresInBoth[bet.side])
    case "WinBothHalves":
      return yesNo(model.halves().winsBoth[bet.side])
    case "CorrectScore":
      return Goals.correctScore(model)
    case "HighScore":
      return Goals.highScore(model, bet.side)
    case "HalfTimeScore":
      return Goals.halfTimeScore(model)
    case "MostCorners":
      return Counts.mostCorners(model)
    case "CornerBands":
      return Counts.cornerBands(model)
    case "Corners":
      return Counts.cornersOver(model, bet.line)
    case "BookingPoints":
      return Counts.bookingPoints(model)
    case "Cards":
      return Counts.cardsOver(model, bet.of, bet.line)
    case "MostCards":
      return Counts.mostCards(model)
    case "SendingOff":
      return Counts.sendingOff(model)
    case "ShownACard":
      return Counts.shownACard(model)
    case "PenaltyTaken":
      return Counts.penaltyTaken(model)
    case "FirstScorer":
      return Scorers.firstScorer(model)
    case "ToScore":
      return Scorers.toScore(model, bet.times)
    case "HatTrickScored":
      return Scorers.hatTrickScored(model)
    case "Scorecast":
      return Scorers.scorecast(model)
  }
}
