#ifndef ONNXIFI_CONFORMANCE_REPORT_MERGE_H_
#define ONNXIFI_CONFORMANCE_REPORT_MERGE_H_

#include <string>
#include <vector>

#include "base/status.h"
#include "conformance/runner/record.h"

namespace onnxifi::conformance {

// Results of one file, with its name for messages.
struct ShardResults {
  std::string path;
  Results results;
};

// The results of a run without shards from those of all of its shards, in any
// order, ordered by test. Refuses shards that are missing, given twice, not
// finished, or of different runs.
Result<Results> MergeShards(const std::vector<ShardResults>& shards);

}  // namespace onnxifi::conformance

#endif  // ONNXIFI_CONFORMANCE_REPORT_MERGE_H_
