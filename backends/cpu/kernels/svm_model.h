#ifndef ONNXIFI_BACKENDS_CPU_KERNELS_SVM_MODEL_H_
#define ONNXIFI_BACKENDS_CPU_KERNELS_SVM_MODEL_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "backends/common/op_kernel.h"

namespace onnxifi::cpu {

// The kernel function of a support vector machine.
struct SvmKernel {
  enum class Kind : uint8_t { kLinear, kPoly, kRbf, kSigmoid };

  Kind kind = Kind::kLinear;
  double gamma = 0;
  double coef0 = 0;
  double degree = 0;

  double operator()(const double* a, const double* b, int64_t count) const;
};

bool ParseSvmKernel(std::string_view text, SvmKernel::Kind* kind);
// Refuses a kernel_type that is none.
Reject RequireSvmKernel(const NodeView& node);

// What SVMClassifier and SVMRegressor share: support vectors and their
// coefficients, or, without support vectors, one hyperplane for each result.
// Immutable once read; thread-safe.
struct SvmModel {
  SvmKernel kernel;
  int64_t vectors = 0;               // 0: hyperplanes
  int64_t features = 0;              // of a row
  std::vector<double> support;       // [vectors, features]
  std::vector<double> coefficients;  // the operator's own order
  std::vector<double> rho;           // at least one

  // The kernel of a row and every support vector, into `out`.
  void Kernels(const double* row, double* out) const;
};

// Reads and checks the attributes; `vectors` is their number by the operator's
// own attribute, `planes` the number of hyperplanes if that is 0.
Result<SvmModel> ReadSvmModel(const NodeView& node, int64_t vectors,
                              int64_t planes);

// The probabilities of `classes` classes from those of each pair: pairs[i *
// classes + j] is that of i against j (Wu, Lin and Weng 2004, as libsvm has
// it). `work` has room for classes * (classes + 1) numbers.
void CoupleProbabilities(int64_t classes, const double* pairs, double* work,
                         double* probabilities);

}  // namespace onnxifi::cpu

#endif  // ONNXIFI_BACKENDS_CPU_KERNELS_SVM_MODEL_H_
