/** Derived by `derive/main.ts` from real data, see `sources`; do not edit. */
import type { DayFigures } from "../DayFigures.ts"

export const matchDay: DayFigures = {
  date: "2025-05-10",
  sources: {
    fixtures: "fixtures.csv (openfootball/football.json, CC0)",
    goals: "Dixon-Coles fit to 5197 results of fixtures.csv before 2025-05-10",
    corners:
      "epl-match-facts.csv (datasets/football-datasets, PDDL) before 2025-05-10; elsewhere scaled by expected goals",
    cards: "epl-match-facts.csv before 2025-05-10; outside the Premier League its average",
    firstHalfShare: "epl-match-facts.csv, goals at half time over fixtures.csv, goals at the end",
    penalties: "assumption of the goals model",
    topScorerShare: "assumption of the goals model",
    moveShares: "SOURCES.md, \"Measured\": hourly series of 135 league matches",
    hourlyMove: "odds-wc2026-sparse.csv (Xindaan/poisson-dor, MIT), home win, pairs of snapshots before kickoff",
    movesPerMovingHour:
      "betfair-ticks-2025-05-07.csv.gz (limx0/betfair_parser, BSD-2-Clause), middle of best back and lay",
    tick: "betfair-ticks-2025-05-07.csv.gz, one match of 2025-05-11, 90 to 103 hours before its kickoff",
    news: "epl-player-news.csv.gz (vaastav/Fantasy-Premier-League, MIT), Premier League 2022-25"
  },
  shared: {
    rho: -0.045,
    firstHalfShare: 0.447,
    redCards: 0.117,
    penalties: 0.26,
    topScorerShare: 0.3
  },
  fixtures: [
    {
      id: "es.1-2024-25-valencia-cf-v-getafe-cf",
      league: "La Liga",
      home: "Valencia CF",
      away: "Getafe CF",
      strengths: [0.92, 0.947],
      goals: [1.127, 0.913],
      corners: [3.898, 3.115],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T12:00:00.000Z")
    },
    {
      id: "it.1-2024-25-como-1907-v-cagliari-calcio",
      league: "Serie A",
      home: "Como 1907",
      away: "Cagliari Calcio",
      strengths: [1.084, 0.801],
      goals: [1.68, 1.079],
      corners: [5.807, 3.682],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T13:00:00.000Z")
    },
    {
      id: "de.1-2024-25-1-fc-union-berlin-v-1-fc-heidenheim-1846",
      league: "Bundesliga",
      home: "1. FC Union Berlin",
      away: "1. FC Heidenheim 1846",
      strengths: [0.828, 0.767],
      goals: [1.365, 1.049],
      corners: [4.72, 3.579],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T13:30:00.000Z")
    },
    {
      id: "de.1-2024-25-holstein-kiel-v-sc-freiburg",
      league: "Bundesliga",
      home: "Holstein Kiel",
      away: "SC Freiburg",
      strengths: [0.773, 0.986],
      goals: [1.691, 1.787],
      corners: [5.847, 6.099],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T13:30:00.000Z")
    },
    {
      id: "de.1-2024-25-sv-werder-bremen-v-rb-leipzig",
      league: "Bundesliga",
      home: "SV Werder Bremen",
      away: "RB Leipzig",
      strengths: [0.958, 1.382],
      goals: [1.434, 1.715],
      corners: [4.956, 5.853],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T13:30:00.000Z")
    },
    {
      id: "de.1-2024-25-vfl-bochum-1848-v-1-fsv-mainz-05",
      league: "Bundesliga",
      home: "VfL Bochum 1848",
      away: "1. FSV Mainz 05",
      strengths: [0.634, 1.104],
      goals: [1.107, 1.597],
      corners: [3.827, 5.451],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T13:30:00.000Z")
    },
    {
      id: "en.1-2024-25-fulham-fc-v-everton-fc",
      league: "Premier League",
      home: "Fulham FC",
      away: "Everton FC",
      strengths: [1.078, 0.906],
      goals: [1.316, 0.959],
      corners: [6.868, 3.938],
      cards: [1.648, 1.934],
      kickoff: Date.parse("2025-05-10T14:00:00.000Z")
    },
    {
      id: "en.1-2024-25-ipswich-town-fc-v-brentford-fc",
      league: "Premier League",
      home: "Ipswich Town FC",
      away: "Brentford FC",
      strengths: [0.612, 1.175],
      goals: [1.222, 2.033],
      corners: [5.169, 5.247],
      cards: [2.029, 1.691],
      kickoff: Date.parse("2025-05-10T14:00:00.000Z")
    },
    {
      id: "en.1-2024-25-southampton-fc-v-manchester-city-fc",
      league: "Premier League",
      home: "Southampton FC",
      away: "Manchester City FC",
      strengths: [0.463, 1.987],
      goals: [0.727, 2.705],
      corners: [2.973, 6.595],
      cards: [2.278, 1.246],
      kickoff: Date.parse("2025-05-10T14:00:00.000Z")
    },
    {
      id: "en.1-2024-25-wolverhampton-wanderers-fc-v-brighton-hove-albion-fc",
      league: "Premier League",
      home: "Wolverhampton Wanderers FC",
      away: "Brighton & Hove Albion FC",
      strengths: [0.883, 1.062],
      goals: [1.526, 1.591],
      corners: [3.96, 5.389],
      cards: [2.614, 2.285],
      kickoff: Date.parse("2025-05-10T14:00:00.000Z")
    },
    {
      id: "es.1-2024-25-rc-celta-de-vigo-v-sevilla-fc",
      league: "La Liga",
      home: "RC Celta de Vigo",
      away: "Sevilla FC",
      strengths: [1.008, 0.923],
      goals: [1.62, 1.167],
      corners: [5.6, 3.984],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T14:15:00.000Z")
    },
    {
      id: "it.1-2024-25-ss-lazio-v-juventus-fc",
      league: "Serie A",
      home: "SS Lazio",
      away: "Juventus FC",
      strengths: [1.361, 1.551],
      goals: [1.196, 1.184],
      corners: [4.136, 4.043],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T16:00:00.000Z")
    },
    {
      id: "de.1-2024-25-fc-bayern-munchen-v-borussia-monchengladbach",
      league: "Bundesliga",
      home: "FC Bayern München",
      away: "Borussia Mönchengladbach",
      strengths: [2.192, 0.993],
      goals: [3.209, 1.205],
      corners: [11.092, 4.114],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T16:30:00.000Z")
    },
    {
      id: "en.1-2024-25-afc-bournemouth-v-aston-villa-fc",
      league: "Premier League",
      home: "AFC Bournemouth",
      away: "Aston Villa FC",
      strengths: [1.065, 1.233],
      goals: [1.468, 1.474],
      corners: [5.416, 5.659],
      cards: [2.381, 2.263],
      kickoff: Date.parse("2025-05-10T16:30:00.000Z")
    },
    {
      id: "es.1-2024-25-girona-fc-v-villarreal-cf",
      league: "La Liga",
      home: "Girona FC",
      away: "Villarreal CF",
      strengths: [1.143, 1.239],
      goals: [1.888, 1.611],
      corners: [6.528, 5.497],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T16:30:00.000Z")
    },
    {
      id: "es.1-2024-25-rcd-mallorca-v-real-valladolid-cf",
      league: "La Liga",
      home: "RCD Mallorca",
      away: "Real Valladolid CF",
      strengths: [0.887, 0.471],
      goals: [1.717, 0.717],
      corners: [5.935, 2.446],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T16:30:00.000Z")
    },
    {
      id: "it.1-2024-25-empoli-fc-v-parma-calcio-1913",
      league: "Serie A",
      home: "Empoli FC",
      away: "Parma Calcio 1913",
      strengths: [0.667, 0.861],
      goals: [1.097, 1.228],
      corners: [3.791, 4.192],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T18:45:00.000Z")
    },
    {
      id: "es.1-2024-25-club-atletico-de-madrid-v-real-sociedad-de-futbol",
      league: "La Liga",
      home: "Club Atlético de Madrid",
      away: "Real Sociedad de Fútbol",
      strengths: [1.734, 1.093],
      goals: [1.562, 0.774],
      corners: [5.399, 2.642],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-aj-auxerre-v-fc-nantes",
      league: "Ligue 1",
      home: "AJ Auxerre",
      away: "FC Nantes",
      strengths: [0.922, 0.709],
      goals: [1.523, 1.035],
      corners: [5.264, 3.531],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-angers-sco-v-rc-strasbourg-alsace",
      league: "Ligue 1",
      home: "Angers SCO",
      away: "RC Strasbourg Alsace",
      strengths: [0.638, 1.171],
      goals: [0.967, 1.568],
      corners: [3.341, 5.351],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-as-monaco-fc-v-olympique-lyonnais",
      league: "Ligue 1",
      home: "AS Monaco FC",
      away: "Olympique Lyonnais",
      strengths: [1.524, 1.248],
      goals: [1.997, 1.446],
      corners: [6.902, 4.934],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-le-havre-ac-v-olympique-de-marseille",
      league: "Ligue 1",
      home: "Le Havre AC",
      away: "Olympique de Marseille",
      strengths: [0.697, 1.357],
      goals: [1.201, 2.068],
      corners: [4.153, 7.059],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-montpellier-hsc-v-paris-saint-germain-fc",
      league: "Ligue 1",
      home: "Montpellier HSC",
      away: "Paris Saint-Germain FC",
      strengths: [0.615, 2.094],
      goals: [0.914, 2.753],
      corners: [3.159, 9.396],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-stade-brestois-29-v-lille-osc",
      league: "Ligue 1",
      home: "Stade Brestois 29",
      away: "Lille OSC",
      strengths: [1.066, 1.418],
      goals: [1.227, 1.444],
      corners: [4.243, 4.929],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-stade-de-reims-v-as-saint-etienne",
      league: "Ligue 1",
      home: "Stade de Reims",
      away: "AS Saint-Étienne",
      strengths: [0.862, 0.608],
      goals: [1.709, 1.065],
      corners: [5.908, 3.635],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-stade-rennais-fc-1901-v-ogc-nice",
      league: "Ligue 1",
      home: "Stade Rennais FC 1901",
      away: "OGC Nice",
      strengths: [1.072, 1.367],
      goals: [1.283, 1.447],
      corners: [4.434, 4.938],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    },
    {
      id: "fr.1-2024-25-toulouse-fc-v-racing-club-de-lens",
      league: "Ligue 1",
      home: "Toulouse FC",
      away: "Racing Club de Lens",
      strengths: [0.999, 1.038],
      goals: [1.186, 1.089],
      corners: [4.1, 3.717],
      cards: [1.894, 2.173],
      kickoff: Date.parse("2025-05-10T19:00:00.000Z")
    }
  ],
  odds: {
    moveShares: [
      { withinHours: 3, share: 0.29 },
      { withinHours: 6, share: 0.22 },
      { withinHours: 24, share: 0.11 },
      { withinHours: 72, share: 0.06 },
      { withinHours: 8760, share: 0.03 }
    ],
    hourlyMove: [
      [0, 0],
      [0.1, 0.0074],
      [0.25, 0.0198],
      [0.5, 0.0417],
      [0.75, 0.0865],
      [0.9, 0.1742],
      [0.95, 0.2672]
    ],
    movesPerMovingHour: 2.4493,
    tick: {
      count: 169,
      deviation: 0.0247,
      quantiles: [
        [0, 0],
        [0.1, 0.0052],
        [0.25, 0.0057],
        [0.5, 0.0105],
        [0.75, 0.0302],
        [0.9, 0.0302],
        [0.95, 0.037],
        [0.99, 0.0741],
        [1, 0.091]
      ]
    }
  },
  news: {
    injured: 0.0388,
    doubtful: 0.0884,
    suspended: 0.0134
  }
}
