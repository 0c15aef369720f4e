import Engine
import Store

extension RunRecipe {
  /// Refuses what can be told to be wrong before hours of work.
  func check(_ pool: Pool) throws {
    for stage in recipe.generate { try stage.check() }
    for stage in recipe.score { try stage.check() }
    for stage in recipe.select { try stage.check() }
    for stage in recipe.refine { try stage.check() }
    for stage in recipe.evaluate { try stage.check() }
    try checkSelections(pool)
    try checkScorings(pool)
    try checkConditions(pool)
    try checkCandidates(pool)
  }

  /// Refuses selections that do not fit the data set, once it is there.
  func checkDataset(_ pool: Pool) throws {
    guard let data = try pool.splits().first?.content else { return }
    for stage in recipe.select {
      try Formation(factor: stage.factor).requireFit(data.image)
      for name in stage.classes { _ = try classNumber(name, in: pool) }
    }
  }

  /// Refuses names of selections that will not be there, in the order in which they are made.
  private func checkSelections(_ pool: Pool) throws {
    var known = Set(try selectionNames(in: pool))
    var made: Set<String> = []
    func require(_ name: String) throws {
      if known.contains(name) { return }
      throw PoolError(
        .notFound,
        "Neither the recipe nor \(pool.path) has a selection '\(name)' by then."
          + guess(name, among: known.sorted()),
        remedy: "Name one that the recipe's select or refine makes before it is asked for.")
    }
    func make(_ name: String) throws {
      guard made.insert(name).inserted else {
        throw PoolError(
          .usage, "The recipe makes two selections '\(name)'.",
          remedy: "Name one of them otherwise.")
      }
      known.insert(name)
    }
    for stage in recipe.select {
      for name in [stage.from, stage.exclude].compactMap(\.self) { try require(name) }
      try make(stage.selection)
    }
    // The next run would choose from what this one refined, under the same name.
    if !recipe.refine.isEmpty,
      let stage = recipe.select.first(where: { $0.versions ?? .generated != .generated })
    {
      throw PoolError(
        .usage,
        "'\(stage.selection)' chooses from refined versions, of which the recipe makes more.",
        remedy: "Leave 'versions' away, or refine by a recipe of its own.")
    }
    let real = recipe.select.filter { $0.source == .real }.map(\.selection)
    for stage in recipe.refine {
      try require(stage.selection)
      guard !real.contains(stage.selection) else {
        throw PoolError(
          .usage, "'\(stage.selection)' selects real images, which have no latents to refine.",
          remedy: "Refine a selection of candidates.")
      }
      try make(stage.name)
    }
    for name in recipe.evaluate.map(\.selection) + (recipe.sheet ?? []) { try require(name) }
  }

  /// Refuses names of scorings that will not be there.
  private func checkScorings(_ pool: Pool) throws {
    let known = Set(try recipe.score.map(\.scoring) + scoringNames(in: pool))
    for stage in recipe.select where !known.contains(stage.scoring) {
      guard type(of: try RankingPlan.strategy(stage).0).needsScores else { continue }
      throw PoolError(
        .notFound,
        "Neither the recipe nor \(pool.path) has the scoring '\(stage.scoring)' that "
          + "'\(stage.selection)' asks for." + guess(stage.scoring, among: known.sorted()),
        remedy: "Give the recipe a section score.")
    }
  }

  /// Refuses conditions that SQLite does not take: its tables are there before their rows.
  private func checkConditions(_ pool: Pool) throws {
    for stage in recipe.select {
      try checkCondition(stage.condition, of: stage.source.relation, in: pool)
    }
  }

  /// Refuses an IPC that a pool of nothing but the recipe's candidates cannot give.
  private func checkCandidates(_ pool: Pool) throws {
    let held = try pool.query("SELECT count(*) FROM candidates").rows.first?.first?.int ?? 0
    guard held == 0, !recipe.generate.isEmpty else { return }
    let made = recipe.generate.reduce(0) { $0 + $1.perClass }
    for stage in recipe.select
    where stage.source == .pool && stage.allocation == .uniform && stage.picks > made {
      throw PoolError(
        .usage,
        "'\(stage.selection)' asks for \(stage.picks) candidates of each class; the recipe generates "
          + "\(made).",
        remedy: "Give generate a larger per_class, or the selection a smaller ipc.")
    }
  }
}
