import Engine
import Store

/// The networks that a refinement takes.
struct RefinementNetworks {
  let teacher: Models.Loaded<Classifier>
  let judge: Models.Loaded<Classifier>
  let autoencoder: Models.Loaded<Autoencoder>
  let prior: Models.Loaded<DiffusionTransformer>

  /// - Parameter content: a refinement whose networks to take, or nil for the newest.
  init(_ pool: Pool, of content: RefineContent? = nil) throws {
    let models = Models(pool)
    teacher = try models.teacher(digest: content?.teacher)
    judge = try models.judge(digest: content?.judge)
    autoencoder = try models.autoencoder(digest: content?.autoencoder)
    prior = try models.prior(digest: content?.prior)
  }
}
