/// The settings of a stage as a section of a recipe.
protocol RecipeSection: Decodable {
  associatedtype CodingKeys: CodingKey & CaseIterable
}

extension RecipeSection {
  /// What a section may say.
  static var keys: Set<String> { Set(CodingKeys.allCases.map(\.stringValue)) }
}

extension ImportDataset: RecipeSection {}
extension Generate: RecipeSection {}
extension Score: RecipeSection {}
extension Select: RecipeSection {}
extension Refine: RecipeSection {}
extension Evaluate: RecipeSection {}

extension KeyedDecodingContainer {
  /// Reads what a section says, and leaves the standard where it says nothing.
  func read<T: Decodable>(_ key: Key, into value: inout T) throws {
    if let found = try decodeIfPresent(T.self, forKey: key) { value = found }
  }
}
