#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "backends/common/ops/op_util.h"
#include "backends/opencl/kernel_text.h"
#include "backends/opencl/kernels/host_number.h"
#include "backends/opencl/kernels/pointwise.h"

namespace onnxifi::opencl {
namespace {

// All inputs are numbers that are known when the plan is made, and so is the
// matrix.
constexpr size_t kInputs = 5;

DataType OutputType(const NodeView& node) {
  return static_cast<DataType>(node.attrs().Int("output_datatype", 1));
}

Reject Supports(const NodeView& node) {
  const DataType type = OutputType(node);
  if (KernelTypeOf(type).storage == nullptr || type == DataType::kBool) {
    return {RejectReason::kDataType, "output_datatype"};
  }
  for (size_t i = 0; i < kInputs; ++i) {
    if (Reject r = RequireTypes(node, i, kNumberTypes); !r.supported()) {
      return r;
    }
    if (Reject r = RequireKnown(node, i); !r.supported()) return r;
  }
  return {};
}

double MelOf(double hertz) { return 2595 * std::log10(1 + hertz / 700); }
double HertzOf(double mel) { return 700 * (std::pow(10, mel / 2595) - 1); }

// The matrix under construction: `rows` bins of the spectrogram by mel bins.
struct Matrix {
  DataType type = DataType::kFloat;
  char* data = nullptr;
  int64_t rows = 0;
  int64_t columns = 0;

  void Put(int64_t row, int64_t column, double value) const {
    if (row < 0 || row >= rows) return;
    const HostElement element = MakeHostElement(type, value);
    const auto bytes = static_cast<size_t>(ElementBytes(type));
    std::memcpy(data + static_cast<size_t>(row * columns + column) * bytes,
                element.data(), bytes);
  }
};

// The triangle of one mel bin.
void PutTriangle(const Matrix& m, int64_t column, const int64_t* edges) {
  const int64_t begin = std::max<int64_t>(edges[0], -1);
  const int64_t centre = std::clamp<int64_t>(edges[1], begin, m.rows);
  const int64_t end = std::clamp<int64_t>(edges[2], centre, m.rows);
  if (begin == centre) m.Put(centre, column, 1);
  for (int64_t j = begin; begin != centre && j <= centre; ++j) {
    m.Put(j, column,
          static_cast<double>(j - begin) / static_cast<double>(centre - begin));
  }
  for (int64_t j = centre; j < end; ++j) {
    m.Put(j, column,
          static_cast<double>(end - j) / static_cast<double>(end - centre));
  }
}

void Fill(const Matrix& m, const std::array<double, kInputs>& in) {
  const double low = MelOf(in[3]);
  const double step = (MelOf(in[4]) - low) / static_cast<double>(m.columns + 2);
  // Bin of the spectrogram where triangle k begins; the next two are its centre
  // and end.
  const auto edge = [&](int64_t k) {
    const double hertz = HertzOf(static_cast<double>(k) * step + low);
    const double at = std::floor((in[1] + 1) * hertz / in[2]);
    return HostInteger(&at, DataType::kDouble, 0);
  };
  for (int64_t k = 0; k < m.columns; ++k) {
    const int64_t edges[] = {edge(k), edge(k + 1), edge(k + 2)};
    PutTriangle(m, k, edges);
  }
}

Status Prepare(PrepareContext& ctx) {
  std::array<double, kInputs> in = {};
  for (size_t i = 0; i < kInputs; ++i) {
    if (Product(ctx.in(i).dims) != 1) {
      return ShapeError(ctx, "all inputs must be scalars");
    }
    const graph::TensorData* const tensor = ctx.ConstantIn(i);
    if (tensor == nullptr) return UnknownInput(ctx, i);
    in[i] = HostNumber(tensor->data, tensor->type, 0);
  }
  Matrix m;
  m.type = OutputType(ctx);
  m.columns = HostInteger(ctx.ConstantIn(0)->data, ctx.ConstantIn(0)->type, 0);
  m.rows =
      HostInteger(ctx.ConstantIn(1)->data, ctx.ConstantIn(1)->type, 0) / 2 + 1;
  if (m.rows < 1 || m.columns < 1) {
    return ShapeError(ctx, "bins and length must be positive");
  }
  ONNXIFI_ASSIGN_OR_RETURN(const graph::NewTensor made,
                           graph::MakeTensor(m.type, {m.rows, m.columns}));
  m.data = static_cast<char*>(made.data);
  std::memset(m.data, 0,
              static_cast<size_t>(m.rows * m.columns * ElementBytes(m.type)));
  Fill(m, in);
  return ctx.SetConstantOutput(0, made.tensor);
}

}  // namespace

ONNXIFI_DEFINE_OPS(mel_weight_matrix, {.op = "MelWeightMatrix",
                                       .supports = &Supports,
                                       .prepare = &Prepare});

}  // namespace onnxifi::opencl
