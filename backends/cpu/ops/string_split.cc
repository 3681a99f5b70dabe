#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "backends/common/evaluate_context.h"
#include "backends/cpu/kernels/case_map.h"
#include "backends/cpu/kernels/elementwise_util.h"
#include "backends/cpu/kernels/string_tensor.h"

namespace onnxifi::cpu {
namespace {

using graph::StringRef;
using graph::TensorData;

Reject Supports(const NodeView& n) {
  return RequireType(n, 0, {DataType::kString});
}

// Splits at every run of white space; none is left at the ends of a piece.
void SplitWords(StringRef text, int64_t most, std::vector<StringRef>* out) {
  size_t begin = 0;  // of the piece
  size_t end = 0;    // behind its last character that is no white space
  bool inside = false;
  int64_t splits = 0;
  for (size_t at = 0; at < text.size();) {
    const size_t here = at;
    if (!IsWhiteSpace(NextCharacter(text, &at))) {
      if (!inside) begin = here;
      inside = true;
      end = at;
    } else if (inside && splits < most) {
      out->push_back(text.substr(begin, end - begin));
      inside = false;
      ++splits;
    }
  }
  if (inside) out->push_back(text.substr(begin, end - begin));
}

void SplitAt(StringRef text, StringRef delimiter, int64_t most,
             std::vector<StringRef>* out) {
  size_t begin = 0;
  for (int64_t splits = 0; splits < most; ++splits) {
    const size_t found = text.find(delimiter, begin);
    if (found == StringRef::npos) break;
    out->push_back(text.substr(begin, found - begin));
    begin = found + delimiter.size();
  }
  out->push_back(text.substr(begin));
}

// The pieces refer to the input's characters, which the run keeps.
Status Evaluate(EvaluateContext& ctx) {
  ONNXIFI_ASSIGN_OR_RETURN(const TensorData* in,
                           ctx.Tensor(0, DataType::kString));
  const std::string_view delimiter = ctx.attrs().String("delimiter", "");
  int64_t most = ctx.attrs().Int("maxsplit", -1);
  if (most < 0) most = std::numeric_limits<int64_t>::max();
  std::vector<StringRef> pieces;
  std::vector<size_t> ends;
  size_t longest = 0;
  for (const StringRef text : Strings(*in)) {
    const size_t start = pieces.size();
    if (delimiter.empty()) {
      SplitWords(text, most, &pieces);
    } else {
      SplitAt(text, delimiter, most, &pieces);
    }
    ends.push_back(pieces.size());
    longest = std::max(longest, pieces.size() - start);
  }
  if (ctx.HasOutput(0)) {
    Shape dims = in->dims;
    dims.push_back(static_cast<int64_t>(longest));
    ONNXIFI_ASSIGN_OR_RETURN(
        StringRef* const split,
        ctx.MakeOutput<StringRef>(0, DataType::kString, std::move(dims)));
    for (size_t i = 0, k = 0; i < ends.size(); ++i) {
      for (StringRef* to = split + i * longest; k < ends[i]; ++k) {
        *to++ = pieces[k];
      }
    }
  }
  if (ctx.HasOutput(1)) {
    ONNXIFI_ASSIGN_OR_RETURN(
        int64_t* const counts,
        ctx.MakeOutput<int64_t>(1, DataType::kInt64, in->dims));
    for (size_t i = 0; i < ends.size(); ++i) {
      counts[i] = static_cast<int64_t>(ends[i] - (i > 0 ? ends[i - 1] : 0));
    }
  }
  return Status::Ok();
}

}  // namespace

ONNXIFI_DEFINE_OPS(string_split, {.op = "StringSplit",
                                  .supports = &Supports,
                                  .evaluate = &Evaluate});

}  // namespace onnxifi::cpu
