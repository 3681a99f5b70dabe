#include <algorithm>
#include <cstring>
#include <memory>

#include "backends/cpu/aligned_floats.h"
#include "backends/cpu/kernels/packed_gemm.h"
#include "backends/cpu/matmul_generic.h"
#include "backends/cpu/matmul_plan.h"
#include "base/checked.h"
#include "base/str_cat.h"

namespace onnxifi::cpu {

namespace {

// Packed right sides of all matrices of a batch up to this size are made at
// once, so that matrices run in parallel; above it they run one by one.
constexpr size_t kMaxBatchPackFloats = size_t{16} << 20;

// Where the parts of the scratch memory start, in floats.
struct ScratchLayout {
  size_t transposed_a = 0;
  size_t scaled_bias = 0;
  size_t packed_b = 0;
  size_t total = 0;
};

struct FloatState {
  MatMulNode node;
  std::shared_ptr<const AlignedFloats> packed;  // of a constant B
  size_t packed_floats = 0;                     // of one B
  bool parallel_matrices = false;
  UnaryFn finish = nullptr;
  UnaryParams finish_params;
  ScratchLayout scratch;
};

// The vector kernel of an activation.
UnaryFn FinishOf(const Activation& activation, UnaryParams* params) {
  using Kind = Activation::Kind;
  params->alpha = activation.alpha;
  params->beta = activation.beta;
  switch (activation.kind) {
    case Kind::kNone:
      return nullptr;
    case Kind::kRelu:
      return FindFloatUnary(activation.alpha == 0 ? UnaryOp::kRelu
                                                  : UnaryOp::kLeakyRelu);
    case Kind::kClip:
      return FindFloatUnary(UnaryOp::kClamp);
    case Kind::kSigmoid:
      return FindFloatUnary(UnaryOp::kSigmoid);
    case Kind::kTanh:
      return FindFloatUnary(UnaryOp::kTanh);
    case Kind::kElu:
      return FindFloatUnary(UnaryOp::kElu);
    case Kind::kHardSwish:
      return FindFloatUnary(UnaryOp::kHardSwish);
    case Kind::kSwish:
      params->alpha = 1;
      return FindFloatUnary(UnaryOp::kSwish);
    case Kind::kGeluErf:
      return FindFloatUnary(UnaryOp::kGeluErf);
    case Kind::kGeluTanh:
      return FindFloatUnary(UnaryOp::kGeluTanh);
    case Kind::kSoftplus:
      return FindFloatUnary(UnaryOp::kSoftplus);
  }
  return nullptr;
}

// C as the product's epilogue wants it: a bias row or a residual matrix.
void BindC(const FloatState& s, const RunArgs& args, float* scratch,
           GemmArgs* gemm) {
  const MatMulNode& node = s.node;
  if (!node.has_c) return;
  const float* const c = static_cast<const float*>(args.in[2]);
  if (node.c_row == 0 && node.c_column == 1) {
    gemm->epilogue.bias = c;
    if (node.beta == 1) return;
    float* const scaled = scratch + s.scratch.scaled_bias;
    for (int64_t j = 0; j < node.n; ++j) scaled[j] = node.beta * c[j];
    gemm->epilogue.bias = scaled;
    return;
  }
  if (node.beta == 1 && node.c_row == node.n && node.c_column == 1) {
    gemm->epilogue.residual = c;
    return;
  }
  float* const out = gemm->c;
  for (int64_t i = 0; i < node.m; ++i) {
    for (int64_t j = 0; j < node.n; ++j) {
      out[i * node.n + j] = node.beta * c[i * node.c_row + j * node.c_column];
    }
  }
  gemm->epilogue.residual = out;
}

void ScalePacked(float* packed, size_t count, float alpha) {
  if (alpha == 1) return;
  for (size_t i = 0; i < count; ++i) packed[i] *= alpha;
}

const float* BindA(const FloatState& s, const float* a, float* scratch) {
  const MatMulNode& node = s.node;
  if (!node.transposed_a) return a;
  float* const to = scratch + s.scratch.transposed_a;
  for (int64_t k = 0; k < node.k; ++k) {
    for (int64_t i = 0; i < node.m; ++i) {
      to[i * node.k + k] = a[k * node.m + i];
    }
  }
  return to;
}

// One matrix of the batch whose B is packed here.
void RunMatrix(const FloatState& s, const RunArgs& args, const GemmArgs& base,
               size_t index, float* packed, bool parallel) {
  const MatMulNode& node = s.node;
  GemmArgs gemm = base;
  const float* const b = static_cast<const float*>(args.in[1]) +
                         node.b_of[index] * node.k * node.n;
  const GemmSource source{b, node.transposed_b ? node.k : node.n,
                          node.transposed_b};
  const int64_t at = static_cast<int64_t>(index) * node.m * node.n;
  gemm.a += node.a_of[index] * node.m * node.k;
  gemm.c += at;
  if (gemm.epilogue.residual != nullptr) gemm.epilogue.residual += at;
  gemm.packed = packed;
  if (parallel) {
    PackGemm(source, node.k, node.n, packed, *args.pool);
  } else {
    PackGemmColumns(source, node.k, node.n, 0, node.n, packed);
  }
  ScalePacked(packed, s.packed_floats, node.alpha);
  if (parallel) {
    Gemm(gemm, *args.pool);
  } else {
    GemmSerial(gemm);
  }
}

onnxStatus RunFloat(const void* state, const RunArgs& args) {
  const FloatState& s = *static_cast<const FloatState*>(state);
  const MatMulNode& node = s.node;
  float* const scratch = static_cast<float*>(args.scratch);
  GemmArgs gemm;
  gemm.m = node.m;
  gemm.n = node.n;
  gemm.k = node.k;
  gemm.a = BindA(s, static_cast<const float*>(args.in[0]), scratch);
  gemm.a_stride = node.k;
  gemm.c = static_cast<float*>(args.out[0]);
  gemm.c_stride = node.n;
  gemm.epilogue.finish = s.finish;
  gemm.epilogue.finish_params = s.finish_params;
  BindC(s, args, scratch, &gemm);
  if (node.residual) {
    gemm.epilogue.residual = static_cast<const float*>(args.in[3]);
  }
  const size_t matrices = node.a_of.size();
  if (s.packed != nullptr) {
    gemm.packed = s.packed->data();
    gemm.m = node.m * static_cast<int64_t>(matrices);
    Gemm(gemm, *args.pool);
    return ONNXIFI_STATUS_SUCCESS;
  }
  float* const packed = scratch + s.scratch.packed_b;
  if (s.parallel_matrices) {
    args.pool->ParallelFor(static_cast<int64_t>(matrices), [&](int64_t index) {
      const size_t at = static_cast<size_t>(index);
      RunMatrix(s, args, gemm, at, packed + at * s.packed_floats, false);
    });
    return ONNXIFI_STATUS_SUCCESS;
  }
  for (size_t i = 0; i < matrices; ++i) {
    RunMatrix(s, args, gemm, i, packed, true);
  }
  return ONNXIFI_STATUS_SUCCESS;
}

// Packs a constant B once per graph, alpha included.
Status PackConstant(PrepareContext& ctx, FloatState& s) {
  const MatMulNode& node = s.node;
  const graph::TensorData* const b = ctx.ConstantIn(1);
  const GemmSource source{b->data, node.transposed_b ? node.k : node.n,
                          node.transposed_b};
  ONNXIFI_ASSIGN_OR_RETURN(
      s.packed,
      ctx.packed().GetOrMake<AlignedFloats>(
          ctx.node().name + "/packed",
          [&]() -> Result<std::shared_ptr<const AlignedFloats>> {
            auto packed = std::make_shared<AlignedFloats>();
            ONNXIFI_RETURN_IF_ERROR(packed->Allocate(s.packed_floats));
            PackGemm(source, node.k, node.n, packed->data(), ctx.pool());
            ScalePacked(packed->data(), s.packed_floats, node.alpha);
            return std::shared_ptr<const AlignedFloats>(std::move(packed));
          }));
  ctx.ReleaseInput(1);
  return Status::Ok();
}

// One B for all matrices, so that they are one tall product.
bool OneSharedB(const MatMulNode& node) {
  if (node.transposed_a) return node.a_of.size() == 1;
  for (size_t i = 0; i < node.a_of.size(); ++i) {
    if (node.b_of[i] != 0 || node.a_of[i] != static_cast<int64_t>(i)) {
      return false;
    }
  }
  return true;
}

void LayOutScratch(FloatState& s) {
  const MatMulNode& node = s.node;
  const auto take = [&](size_t* at, size_t floats) {
    *at = s.scratch.total;
    s.scratch.total += RoundUp<size_t>(floats, 16);
  };
  if (node.transposed_a) {
    take(&s.scratch.transposed_a, static_cast<size_t>(node.m * node.k));
  }
  if (node.has_c && node.beta != 1) {
    take(&s.scratch.scaled_bias, static_cast<size_t>(node.n));
  }
  if (s.packed == nullptr) {
    take(&s.scratch.packed_b,
         s.packed_floats * (s.parallel_matrices ? node.a_of.size() : 1));
  }
}

}  // namespace

Status PlanMatMul(PrepareContext& ctx, MatMulNode node) {
  if (ctx.in(0).type != graph::DataType::kFloat) {
    return PlanGenericMatMul(ctx, std::move(node));
  }
  FloatState s;
  s.node = std::move(node);
  s.packed_floats = RoundUp<size_t>(PackedGemmFloats(s.node.k, s.node.n), 16);
  s.finish = FinishOf(s.node.activation, &s.finish_params);
  const size_t matrices = s.node.a_of.size();
  if (ctx.ConstantIn(1) != nullptr && OneSharedB(s.node)) {
    ONNXIFI_RETURN_IF_ERROR(PackConstant(ctx, s));
  } else if (matrices > 1) {
    size_t all = 0;
    s.parallel_matrices = CheckedMul(s.packed_floats, matrices, &all) &&
                          all <= kMaxBatchPackFloats;
  }
  LayOutScratch(s);
  ctx.BookScratch(s.scratch.total * sizeof(float));
  ctx.SetStepState(&RunFloat, std::move(s));
  return Status::Ok();
}

}  // namespace onnxifi::cpu
