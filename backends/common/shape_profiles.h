#ifndef ONNXIFI_BACKENDS_COMMON_SHAPE_PROFILES_H_
#define ONNXIFI_BACKENDS_COMMON_SHAPE_PROFILES_H_

#include <onnxifi/onnxifi_ext.h>

#include <span>
#include <vector>

#include "backends/common/graph_io.h"
#include "base/status.h"
#include "graph/graph.h"

namespace onnxifi::abi {

// The input shapes that a client announces for a graph. Immutable.
class ShapeProfiles {
 public:
  using Shapes = std::vector<graph::Shape>;

  ShapeProfiles() = default;
  // Checks everything of the client's structures, and that each profile fits
  // the model.
  static Result<ShapeProfiles> Make(std::span<const onnxShapeProfile> profiles,
                                    const GraphIo& io);

  // The typical shapes of all inputs, by profile.
  const std::vector<Shapes>& typical() const { return typical_; }
  // Whether there are any.
  bool restrict() const { return !ranges_.empty(); }
  // MISMATCHING_SHAPE for input shapes that are in none of the profiles; OK
  // when there are none.
  Status Check(const Shapes& shapes, const GraphIo& io) const;

 private:
  // What one profile allows, by input.
  struct Range {
    Shapes minimum;
    Shapes maximum;
  };
  static bool Allows(const Range& range, const Shapes& shapes);

  std::vector<Shapes> typical_;
  std::vector<Range> ranges_;
};

}  // namespace onnxifi::abi

#endif  // ONNXIFI_BACKENDS_COMMON_SHAPE_PROFILES_H_
