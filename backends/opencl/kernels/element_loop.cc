#include "backends/opencl/kernels/element_loop.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Elements that an item of a CPU should at least do, and how many items each
// core gets, so that they end at about the same time.
constexpr int64_t kLeastRun = 2048;
constexpr int64_t kItemsPerUnit = 4;
// Items of a group on devices that run many at once.
constexpr int64_t kGroup = 64;

struct Loop {
  std::vector<int64_t> dims;                  // outermost first, at least one
  std::vector<std::vector<int64_t>> strides;  // of each operand
};

// Joins neighbouring dimensions that every operand walks through alike.
Loop Merge(std::span<const int64_t> dims,
           std::span<const LoopOperand> operands) {
  Loop loop;
  loop.strides.resize(operands.size());
  for (size_t d = 0; d < dims.size(); ++d) {
    if (dims[d] == 1) continue;
    bool joins = !loop.dims.empty();
    for (size_t k = 0; k < operands.size() && joins; ++k) {
      joins = loop.strides[k].back() == operands[k].strides[d] * dims[d];
    }
    if (joins) {
      loop.dims.back() *= dims[d];
    } else {
      loop.dims.push_back(dims[d]);
    }
    for (size_t k = 0; k < operands.size(); ++k) {
      if (joins) loop.strides[k].pop_back();
      loop.strides[k].push_back(operands[k].strides[d]);
    }
  }
  if (loop.dims.empty()) {
    loop.dims.push_back(1);
    for (auto& strides : loop.strides) strides.push_back(0);
  }
  return loop;
}

const char* IndexType(int64_t total) {
  return total < (int64_t{1} << 31) ? "int" : "long";
}

// "const int c1 = r % 7; r /= 7;" from the innermost of `dims` outwards.
std::string Decode(std::span<const int64_t> dims, const char* type) {
  std::string text;
  for (size_t d = dims.size(); d-- > 0;) {
    if (d == 0) {
      text += StrCat("    const ", type, " c0 = r;\n");
    } else {
      text += StrCat("    const ", type, " c", d, " = r % ", dims[d],
                     "; r /= ", dims[d], ";\n");
    }
  }
  return text;
}

// "3 + c0 * 5 + c1".
std::string IndexText(const std::vector<int64_t>& strides, int64_t offset,
                      size_t count) {
  std::string text;
  const auto add = [&](const std::string& term) {
    text += StrCat(text.empty() ? "" : " + ", term);
  };
  if (offset != 0) add(std::to_string(offset));
  for (size_t d = 0; d < count; ++d) {
    if (strides[d] == 1) add(StrCat("c", d));
    if (strides[d] != 0 && strides[d] != 1) {
      add(StrCat("c", d, " * ",
                 strides[d] < 0 ? StrCat("(", strides[d], ")")
                                : std::to_string(strides[d])));
    }
  }
  return text.empty() ? "0" : text;
}

// One item does `run` of `total` units of work: sets n and its bounds.
struct Split {
  int64_t run = 1;
  int64_t items = 1;
};
Split SplitWork(const DeviceFacts& facts, int64_t total, int64_t least) {
  if (!facts.is_cpu()) return {1, total};
  const int64_t wanted = kItemsPerUnit * facts.compute_units;
  const int64_t run =
      std::max<int64_t>({least, (total + wanted - 1) / wanted, 1});
  return {run, (total + run - 1) / run};
}

// Sets the range for that many items in one dimension.
void SetRange(const DeviceFacts& facts, int64_t items, Launch* launch) {
  if (facts.is_cpu()) {
    launch->global = {static_cast<size_t>(items), 1, 1};
    launch->local = {1, 1, 1};
    return;
  }
  const int64_t group =
      std::min<int64_t>(kGroup, static_cast<int64_t>(facts.max_group));
  const int64_t groups = (items + group - 1) / group;
  launch->global = {static_cast<size_t>(groups * group), 1, 1};
  launch->local = {static_cast<size_t>(group), 1, 1};
}

// For all indices of a loop: an operand may be larger than the output.
const char* IndexType(const Loop& loop, std::span<const LoopOperand> operands) {
  int64_t most = Product(loop.dims);
  for (size_t k = 0; k < operands.size(); ++k) {
    int64_t reach = operands[k].offset;
    for (size_t d = 0; d < loop.dims.size(); ++d) {
      reach += std::abs(loop.strides[k][d]) * (loop.dims[d] - 1);
    }
    most = std::max(most, reach);
  }
  return IndexType(most);
}

// The loop of an item over its share of `total`, up to the body's begin.
std::string ShareText(const Split& split, int64_t total, const char* type,
                      const char* counter) {
  return StrCat("  const ", type, " first = (", type, ")get_global_id(0) * ",
                split.run, ";\n  const ", type, " end = min(first + (", type,
                ")", split.run, ", (", type, ")", total, ");\n  for (", type,
                " ", counter, " = first; ", counter, " < end; ++", counter,
                ") {\n");
}

// A loop over elements in their order; operands move by 0 or 1.
Launch FlatLoop(const DeviceFacts& facts, const KernelText& kernel,
                const Loop& loop, std::span<const LoopOperand> operands,
                std::string_view body) {
  const int64_t total = loop.dims[0];
  const Split split = SplitWork(facts, total, kLeastRun);
  const char* const type = IndexType(loop, operands);
  std::string text = ShareText(split, total, type, "i");
  for (size_t k = 0; k < operands.size(); ++k) {
    const int64_t stride = loop.strides[k][0];
    text += StrCat("    const ", type, " ", operands[k].name,
                   "_i = ", operands[k].offset, " + i * (", stride, ");\n");
  }
  text += StrCat(body, "\n  }");
  Launch launch = kernel.Finish(text);
  SetRange(facts, split.items, &launch);
  return launch;
}

// Outer dimensions by division, the innermost as a loop of a CPU's item.
Launch RowLoop(const DeviceFacts& facts, const KernelText& kernel,
               const Loop& loop, std::span<const LoopOperand> operands,
               std::string_view body) {
  const size_t last = loop.dims.size() - 1;
  const int64_t inner = loop.dims[last];
  const int64_t total = Product(loop.dims);
  const char* const type = IndexType(loop, operands);
  const bool rows = facts.is_cpu();
  const int64_t units = rows ? total / std::max<int64_t>(inner, 1) : total;
  const Split split =
      SplitWork(facts, units,
                std::max<int64_t>(1, kLeastRun / std::max<int64_t>(inner, 1)));
  std::string text =
      StrCat(ShareText(split, units, type, "u"), "    ", type, " r = u;\n");
  text += Decode(rows ? std::span(loop.dims).first(last) : std::span(loop.dims),
                 type);
  const size_t outer = rows ? last : last + 1;
  for (size_t k = 0; k < operands.size(); ++k) {
    text += StrCat(
        "    const ", type, " ", operands[k].name, rows ? "_b" : "_i", " = ",
        IndexText(loop.strides[k], operands[k].offset, outer), ";\n");
  }
  if (!rows) {
    text += StrCat("    const ", type, " i = u;\n", body, "\n  }");
  } else {
    text += StrCat("    for (", type, " j = 0; j < ", inner,
                   "; ++j) {\n    const ", type, " i = u * ", inner, " + j;\n");
    for (size_t k = 0; k < operands.size(); ++k) {
      text += StrCat("    const ", type, " ", operands[k].name,
                     "_i = ", operands[k].name, "_b + j * (",
                     loop.strides[k][last], ");\n");
    }
    text += StrCat(body, "\n    }\n  }");
  }
  Launch launch = kernel.Finish(text);
  SetRange(facts, split.items, &launch);
  return launch;
}

}  // namespace

const DeviceFacts& FactsOf(const PrepareContext& ctx) {
  return static_cast<const Device*>(ctx.device())->facts();
}

std::vector<int64_t> BroadcastStrides(std::span<const int64_t> shape,
                                      std::span<const int64_t> out) {
  std::vector<int64_t> strides(out.size(), 0);
  int64_t stride = 1;
  for (size_t d = 0; d < shape.size(); ++d) {
    const int64_t dim = shape[shape.size() - 1 - d];
    strides[out.size() - 1 - d] = dim == 1 ? 0 : stride;
    stride *= dim;
  }
  return strides;
}

Launch MakeElementLoop(const DeviceFacts& facts, KernelText kernel,
                       std::span<const int64_t> dims,
                       std::span<const LoopOperand> operands,
                       std::string_view body) {
  const Loop loop = Merge(dims, operands);
  return loop.dims.size() == 1 ? FlatLoop(facts, kernel, loop, operands, body)
                               : RowLoop(facts, kernel, loop, operands, body);
}

Launch MakeCoordinateLoop(const DeviceFacts& facts, KernelText kernel,
                          std::span<const int64_t> dims,
                          std::string_view body) {
  const int64_t total = Product(dims);
  const Split split = SplitWork(facts, total, kLeastRun / 8);
  const char* const type = IndexType(total);
  std::string text =
      StrCat(ShareText(split, total, type, "i"), "    ", type, " r = i;\n");
  text += Decode(dims, type);
  text += StrCat(body, "\n  }");
  Launch launch = kernel.Finish(text);
  SetRange(facts, split.items, &launch);
  return launch;
}

Launch MakeRowLoop(const DeviceFacts& facts, KernelText kernel,
                   std::span<const int64_t> dims, int64_t inner,
                   std::string_view head, std::string_view body) {
  const int64_t rows = Product(dims);
  const char* const type = IndexType(rows * inner);
  if (!facts.is_cpu()) {
    std::vector<int64_t> all(dims.begin(), dims.end());
    all.push_back(inner);
    return MakeCoordinateLoop(
        facts, std::move(kernel), all,
        StrCat("    const ", type, " j = c", dims.size(), ";\n", head, body));
  }
  const int64_t items = inner == 0 ? 0 : rows;
  const Split split =
      SplitWork(facts, items, kLeastRun / std::max<int64_t>(inner, 8));
  std::string text = StrCat(ShareText(split, items, type, "u"), "    ", type,
                            " r = u;\n", Decode(dims, type), head);
  text +=
      StrCat("    for (", type, " j = 0; j < ", inner, "; ++j) {\n    const ",
             type, " i = u * ", inner, " + j;\n", body, "\n    }\n  }");
  Launch launch = kernel.Finish(text);
  SetRange(facts, split.items, &launch);
  return launch;
}

}  // namespace onnxifi::opencl
