#include "backends/opencl/kernels/element_loop.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernels/loop_text.h"
#include "base/str_cat.h"

namespace onnxifi::opencl {
namespace {

// Elements that an item of a CPU should at least do.
constexpr int64_t kLeastRun = 2048;

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

// For all indices of a loop: an operand may be larger than the output.
const char* LoopIndexType(const Loop& loop,
                          std::span<const LoopOperand> operands) {
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

// A loop over elements in their order; operands move by 0 or 1.
Launch FlatLoop(const DeviceFacts& facts, const KernelText& kernel,
                const Loop& loop, std::span<const LoopOperand> operands,
                std::string_view body) {
  const int64_t total = loop.dims[0];
  const WorkSplit split = SplitWork(facts, total, kLeastRun);
  const char* const type = LoopIndexType(loop, operands);
  std::string text = RunText(split, total, type, "i");
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

// Rows of a CPU's item that are shorter are done several in a loop.
constexpr int64_t kShortRow = 64;

// How many of the innermost dimensions are loops of an item.
size_t InnerLoops(const DeviceFacts& facts, const Loop& loop) {
  if (!facts.is_cpu()) return 0;
  const size_t rank = loop.dims.size();
  if (rank < 3 || loop.dims.back() >= kShortRow) return 1;
  const int64_t units = Product(std::span(loop.dims).first(rank - 2));
  return units >= int64_t{facts.compute_units} ? 2 : 1;
}

// Outer dimensions by division, the innermost as loops of a CPU's item.
Launch RowLoop(const DeviceFacts& facts, const KernelText& kernel,
               const Loop& loop, std::span<const LoopOperand> operands,
               std::string_view body) {
  const size_t rank = loop.dims.size();
  const size_t loops = InnerLoops(facts, loop);
  const size_t outer = rank - loops;
  const int64_t inner =
      std::max<int64_t>(Product(std::span(loop.dims).subspan(outer)), 1);
  const int64_t units = Product(loop.dims) / inner;
  const char* const type = LoopIndexType(loop, operands);
  const WorkSplit split =
      SplitWork(facts, units, std::max<int64_t>(1, kLeastRun / inner));
  std::string text =
      StrCat(RunText(split, units, type, "u"), "    ", type, " r = u;\n",
             DecodeText(std::span(loop.dims).first(outer), type, "c"));
  // NAME_i, by way of NAME_b0 and NAME_b1 in front of the loops.
  const auto index = [&](size_t k, size_t level) {
    return StrCat(operands[k].name, level == loops ? "_i" : "_b",
                  level == loops ? "" : std::to_string(level));
  };
  for (size_t k = 0; k < operands.size(); ++k) {
    text += StrCat("    const ", type, " ", index(k, 0), " = ",
                   IndexText(loop.strides[k], operands[k].offset, outer, "c"),
                   ";\n");
  }
  text += StrCat("    const ", type, " ", loops == 0 ? "i" : "i0", " = u;\n");
  for (size_t level = 0; level < loops; ++level) {
    const int64_t dim = loop.dims[outer + level];
    const bool last = level + 1 == loops;
    text += StrCat("    for (", type, " j", level, " = 0; j", level, " < ", dim,
                   "; ++j", level, ") {\n    const ", type, " i",
                   last ? "" : std::to_string(level + 1), " = i", level, " * ",
                   dim, " + j", level, ";\n");
    for (size_t k = 0; k < operands.size(); ++k) {
      text += StrCat("    const ", type, " ", index(k, level + 1), " = ",
                     index(k, level), " + j", level, " * (",
                     loop.strides[k][outer + level], ");\n");
    }
  }
  text += StrCat(body, "\n  }", loops >= 1 ? "}" : "", loops == 2 ? "}" : "");
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
  const WorkSplit split = SplitWork(facts, total, kLeastRun / 8);
  const char* const type = IndexType(total);
  std::string text =
      StrCat(RunText(split, total, type, "i"), "    ", type, " r = i;\n");
  text += DecodeText(dims, type, "c");
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
  const WorkSplit split =
      SplitWork(facts, items, kLeastRun / std::max<int64_t>(inner, 8));
  std::string text = StrCat(RunText(split, items, type, "u"), "    ", type,
                            " r = u;\n", DecodeText(dims, type, "c"), head);
  text +=
      StrCat("    for (", type, " j = 0; j < ", inner, "; ++j) {\n    const ",
             type, " i = u * ", inner, " + j;\n", body, "\n    }\n  }");
  Launch launch = kernel.Finish(text);
  SetRange(facts, split.items, &launch);
  return launch;
}

}  // namespace onnxifi::opencl
