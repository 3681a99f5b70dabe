#ifndef ONNXIFI_BACKENDS_HETERO_REPORT_H_
#define ONNXIFI_BACKENDS_HETERO_REPORT_H_

#include <string>
#include <string_view>
#include <vector>

#include "partitioner/measured_costs.h"
#include "partitioner/placer.h"

namespace onnxifi::hetero {

// The memory of what passes between the parts of a graph: all of it, and what
// it would be if nothing took the place of anything else.
struct MemoryUse {
  struct Bytes {
    size_t device = 0;  // 0: the host
    size_t bytes = 0;
    size_t unshared_bytes = 0;
  };
  std::vector<Bytes> places;
};

// Tells what was decided about one graph and what happened to it: as lines of
// the log, and as JSON lines of the file that the options name. A file that
// cannot be written is a warning. Thread-compatible.
class Report {
 public:
  Report(std::string graph, std::string file)
      : graph_(std::move(graph)), file_(std::move(file)) {}

  // The same file, for a body: `path` leads to it.
  Report Inside(const std::string& path) const {
    return Report(graph_ + "/" + path, file_);
  }

  // The placing in force from now on. Lines of the log only when the work is
  // shared.
  void Placed(const graph::Graph& graph, const partitioner::Placing& placing,
              const partitioner::Placer& placer, const MemoryUse& memory);
  // A device was measured before the placing.
  void Calibrated(const partitioner::CalibratedDevice& device);
  // Something went wrong and was mended: `what` is a code of the file, `text`
  // for people.
  void Mended(std::string_view what, const std::string& text);

 private:
  void Append(const std::string& line);

  const std::string graph_;
  const std::string file_;
};

}  // namespace onnxifi::hetero

#endif  // ONNXIFI_BACKENDS_HETERO_REPORT_H_
