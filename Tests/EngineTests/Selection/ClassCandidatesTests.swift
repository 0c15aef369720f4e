import Testing

@testable import Engine

@Suite struct ClassCandidatesTests {
  private func invalid(
    ids: [Int64] = [1, 2], features: Tensor = Tensor([1, 0, 0, 1], shape: [2, 2]),
    scores: [Float] = [0, 1], real: Tensor? = nil
  ) -> Bool {
    do throws(SelectionError) {
      _ = try ClassCandidates(
        label: 0, ids: ids, features: features, reliability: scores, real: real)
      return false
    } catch {
      if case .invalidCandidates = error { return true }
      return false
    }
  }

  @Test func whatDoesNotFitIsRefused() {
    #expect(!invalid())
    #expect(invalid(ids: [1, 1]))
    #expect(invalid(ids: [1]))
    #expect(invalid(features: Tensor([1, 0, 0, 1], shape: [4])))
    #expect(invalid(features: Tensor([1, .nan, 0, 1], shape: [2, 2])))
    #expect(invalid(features: Tensor([1, .infinity, 0, 1], shape: [2, 2])))
    #expect(invalid(scores: [0, .nan]))
    #expect(invalid(scores: [0]))
    #expect(invalid(real: Tensor([1, 2, 3], shape: [1, 3])))
    #expect(invalid(real: Tensor([1, .nan], shape: [1, 2])))
  }

  @Test func rowsAreSortedAndScaled() throws {
    let candidates = try ClassCandidates(
      label: 0, ids: [7, 5], features: Tensor([0, 0, 3, 4], shape: [2, 2]), confidence: [0.1, 0.2])
    #expect(candidates.ids == [5, 7])
    #expect(candidates.features.values == [0.6, 0.8, 0, 0])
    #expect(candidates.confidence == [0.2, 0.1])
  }

  @Test func withoutRealImagesThoseThatPassAreCovered() throws {
    let features = Tensor([1, 0, 0, 1, -1, 0], shape: [3, 2])
    func targets(_ passes: [Bool], _ real: Tensor? = nil) throws -> [Float] {
      try ClassCandidates(
        label: 0, ids: [1, 2, 3], features: features, passes: passes, real: real
      ).targets.values
    }
    #expect(try targets([true, false, true]) == [1, 0, -1, 0])
    #expect(try targets([false, false, false]) == features.values)
    #expect(try targets([true, false, true], Tensor([0, 2], shape: [1, 2])) == [0, 1])
  }

  @Test func ranksGoFromZeroToOneWithTiesToTheLowerRow() {
    #expect(ranks([5, 1, 5, 3, 9]) == [0.75, 0, 0.5, 0.25, 1])
    #expect(ranks([2]) == [1])
    #expect(ranks([]) == [])
  }
}
