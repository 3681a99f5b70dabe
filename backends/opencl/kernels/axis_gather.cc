#include "backends/opencl/kernels/axis_gather.h"

#include <cstring>
#include <limits>
#include <memory>
#include <string>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/element_loop.h"
#include "backends/opencl/kernels/move.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

bool IsWhole(const std::vector<int64_t>& table, int64_t in) {
  if (static_cast<int64_t>(table.size()) != in) return false;
  for (size_t i = 0; i < table.size(); ++i) {
    if (table[i] != static_cast<int64_t>(i)) return false;
  }
  return true;
}

// Leading axes that are picked from, then `inner` elements that stay together.
struct Plan {
  Shape picked;   // sizes in the output
  Shape strides;  // of one entry, in the input
  int64_t inner = 1;
};

Plan MakePlan(const AxisGather& gather) {
  const Shape& in = gather.in;
  Plan plan;
  plan.strides = RowMajorStrides(in);
  for (const auto& table : gather.tables) {
    plan.picked.push_back(static_cast<int64_t>(table.size()));
  }
  while (!plan.picked.empty()) {
    const size_t last = plan.picked.size() - 1;
    if (!IsWhole(gather.tables[last], in[last])) break;
    plan.inner *= in[last];
    plan.picked.pop_back();
  }
  return plan;
}

// The tables, one after the other, as offsets in elements.
template <typename T>
Result<std::shared_ptr<const PackedBytes>> PackTables(
    const Plan& plan, const AxisGather& gather) {
  std::vector<T> offsets;
  for (size_t a = 0; a < plan.picked.size(); ++a) {
    for (const int64_t entry : gather.tables[a]) {
      offsets.push_back(
          static_cast<T>(entry < 0 ? -1 : entry * plan.strides[a]));
    }
  }
  return PackCopy(std::as_bytes(std::span(offsets)));
}

// Rows along the last picked axis, or along what stays together.
Launch MakeLaunch(const PrepareContext& ctx, const Plan& plan,
                  KernelText kernel, const char* table_type) {
  const bool by_table = plan.inner == 1 && !plan.picked.empty();
  Shape rows = plan.picked;
  if (by_table) rows.pop_back();
  std::string head =
      StrCat("    ", table_type, " from = 0;\n", "    bool inside = true;\n");
  int64_t start = 0;
  for (size_t a = 0; a < rows.size(); ++a) {
    head += StrCat("    const ", table_type, " t", a, " = table[", start,
                   " + c", a, "];\n    inside = inside && t", a,
                   " >= 0;\n    from += t", a, ";\n");
    start += rows[a];
  }
  head += "    const UNIT filler = fill[0];\n";
  const std::string body =
      by_table ? StrCat("    const ", table_type, " t = table[", start,
                        " + j];\n    UNIT v = filler;\n",
                        "    if (inside && t >= 0) v = x[from + t];\n",
                        "    y[i] = v;")
               : "    UNIT v = filler;\n    if (inside) v = x[from + j];\n"
                 "    y[i] = v;";
  return MakeRowLoop(FactsOf(ctx), std::move(kernel), rows,
                     by_table ? plan.picked.back() : plan.inner, head, body);
}

}  // namespace

Status PrepareAxisGather(PrepareContext& ctx, const AxisGather& gather) {
  const DataType type = ctx.in(0).type;
  Shape dims;
  for (const auto& table : gather.tables) {
    dims.push_back(static_cast<int64_t>(table.size()));
  }
  ONNXIFI_RETURN_IF_ERROR(ctx.SetOutput(0, {type, std::move(dims)}));
  const Plan plan = MakePlan(gather);
  const bool wide = Product(gather.in) > std::numeric_limits<int32_t>::max();
  const char* const table_type = wide ? "long" : "int";
  const char* const unit = UnitOf(type);
  KernelText kernel;
  kernel.Define("UNIT", unit).InAs("x", unit, 0).OutAs("y", unit, 0);
  if (!plan.picked.empty()) {
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> tables,
                             wide ? PackTables<int64_t>(plan, gather)
                                  : PackTables<int32_t>(plan, gather));
    kernel.Packed("table", table_type, std::move(tables));
  }
  if (gather.fill_input) {
    kernel.InAs("fill", unit, *gather.fill_input);
  } else {
    ONNXIFI_ASSIGN_OR_RETURN(std::shared_ptr<const PackedBytes> fill,
                             PackCopy(std::as_bytes(std::span(gather.fill))));
    kernel.Packed("fill", unit, std::move(fill));
  }
  SetLaunches(ctx, {MakeLaunch(ctx, plan, std::move(kernel), table_type)});
  return Status::Ok();
}

}  // namespace onnxifi::opencl
