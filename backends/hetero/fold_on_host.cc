#include "backends/hetero/fold_on_host.h"

#include <utility>
#include <vector>

#include "backends/hetero/compiled_part.h"
#include "partitioner/fold_constants.h"

namespace onnxifi::hetero {

Status FoldOnHost(const std::shared_ptr<partitioner::Device>& host,
                  graph::Graph* graph) {
  if (!host->carries_values()) return Status::Ok();
  const auto compute =
      [&host](
          const graph::Extract& part) -> Result<std::vector<graph::TensorPtr>> {
    ONNXIFI_ASSIGN_OR_RETURN(const std::unique_ptr<CompiledPart> compiled,
                             CompiledPart::Compile(host, part));
    ONNXIFI_ASSIGN_OR_RETURN(std::vector<RunValue> values,
                             compiled->RunValues({}));
    std::vector<graph::TensorPtr> tensors;
    for (RunValue& value : values) {
      tensors.push_back(value.is_tensor() ? std::move(value.tensor) : nullptr);
    }
    return tensors;
  };
  return partitioner::FoldConstants(compute, graph).status();
}

}  // namespace onnxifi::hetero
