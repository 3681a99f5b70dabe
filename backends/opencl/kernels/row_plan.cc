#include "backends/opencl/kernels/row_plan.h"

#include <algorithm>

#include "backends/opencl/kernels/loop_text.h"
#include "backends/opencl/kernels/vector_text.h"

namespace onnxifi::opencl {
namespace {

// Rows that are shorter are not worth a group.
constexpr int64_t kGroupRow = 48;
constexpr int kLargestGroup = 256;
// Vectors of rows that are summed up side by side, so that what is read lies
// together.
constexpr int kSide = 4;

// True when dimension `next` continues `last` for every operand.
bool Joins(const RowPlan::Dim& last, const RowPlan::Dim& next) {
  if (last.whole != 0 || next.whole != 0) return false;
  for (size_t k = 0; k < last.strides.size(); ++k) {
    if (last.strides[k] != next.strides[k] * next.size) return false;
  }
  return true;
}

// Fills both lists; true when the innermost dimension is a reduced one.
bool MergeDims(const RowSpec& spec, RowPlan* plan) {
  bool last_reduced = false;
  bool any = false;
  for (size_t d = 0; d < spec.dims.size(); ++d) {
    const RowDim& dim = spec.dims[d];
    (dim.reduced ? plan->count : plan->rows) *= dim.size;
    // Pieces are counted even if there is one.
    const bool counts = d + 1 < spec.dims.size() && spec.dims[d + 1].whole != 0;
    if (dim.size == 1 && dim.whole == 0 && !counts) continue;
    RowPlan::Dim next;
    next.size = dim.size;
    next.whole = dim.whole;
    if (dim.whole != 0) next.piece = plan->kept.size() - 1;
    for (const RowOperand& each : spec.operands) {
      next.strides.push_back(each.strides[d]);
    }
    auto& list = dim.reduced ? plan->reduced : plan->kept;
    if (any && last_reduced == dim.reduced && !counts &&
        Joins(list.back(), next)) {
      list.back().size *= next.size;
      list.back().strides = next.strides;
    } else {
      list.push_back(std::move(next));
    }
    last_reduced = dim.reduced;
    any = true;
  }
  return last_reduced;
}

// Vectors can go along a dimension in which operands move by 0 or 1.
int WidthAlong(const RowPlan::Dim& dim, int most) {
  for (const int64_t stride : dim.strides) {
    if (stride != 0 && stride != 1) return 1;
  }
  int width = most;
  while (width > dim.size) width /= 2;
  return std::max(width, 1);
}

bool IsWide(graph::DataType type) { return FullWidth(type) == 8; }

// Positions must be integers as wide as the elements.
bool CanBeVectors(const RowSpec& spec, const RowPlan& plan) {
  if (!spec.positions || IsWide(spec.compute)) return true;
  const bool word = spec.compute == graph::DataType::kInt32 ||
                    spec.compute == graph::DataType::kUint32 ||
                    spec.compute == graph::DataType::kFloat ||
                    spec.compute == graph::DataType::kFloat16 ||
                    spec.compute == graph::DataType::kBfloat16;
  return word && plan.index == std::string("int");
}

// A plain reduction, of enough rows for all cores.
bool CanBeWide(const DeviceFacts& facts, const RowSpec& spec,
               const RowPlan& plan) {
  const int64_t block = int64_t{kSide} * plan.width;
  return plan.width > 1 && plan.kept.back().size >= block &&
         plan.rows >= 2 * block * static_cast<int64_t>(facts.compute_units) &&
         spec.steps.size() == 2 && spec.steps[0].kind == RowStep::Kind::kFold &&
         spec.steps[1].kind == RowStep::Kind::kText;
}

}  // namespace

RowPlan MakeRowPlan(const DeviceFacts& facts, const RowSpec& spec) {
  RowPlan plan;
  const bool line = MergeDims(spec, &plan);
  if (plan.kept.empty()) {
    plan.kept.push_back(
        {1, 0, 0, std::vector<int64_t>(spec.operands.size(), 0)});
  }
  plan.index = IndexType(std::max<int64_t>(plan.rows, 1) *
                         std::max<int64_t>(plan.count, 1));
  const int most =
      CanBeVectors(spec, plan) && facts.is_cpu() ? FullWidth(spec.compute) : 1;
  if (!line || spec.serial) {
    plan.width = line || spec.single ? 1 : WidthAlong(plan.kept.back(), most);
    if (CanBeWide(facts, spec, plan)) plan.side = kSide;
    return plan;
  }
  if (facts.is_cpu()) {
    plan.mode = RowPlan::Mode::kLine;
    plan.width = WidthAlong(plan.reduced.back(), most);
    return plan;
  }
  if (plan.count < kGroupRow) return plan;
  plan.mode = RowPlan::Mode::kGroup;
  const int limit = std::min(kLargestGroup, static_cast<int>(facts.max_group));
  while (plan.group > limit) plan.group /= 2;
  while (plan.group * 2 <= limit && plan.group * 2 <= plan.count) {
    plan.group *= 2;
  }
  return plan;
}

}  // namespace onnxifi::opencl
