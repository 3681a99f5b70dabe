#ifndef ONNXIFI_TOOLS_CLI_GENERATE_H_
#define ONNXIFI_TOOLS_CLI_GENERATE_H_

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.h"
#include "tools/cli/host_tensor.h"
#include "tools/cli/host_value.h"
#include "tools/cli/model_info.h"

namespace onnxifi::cli {

// How to make up the values of an input.
struct Generator {
  enum class Kind {
    kUniform,    // rand(low,high): uniform in [low, high)
    kNormal,     // randn: mean 0, deviation 1
    kZeros,      // zeros
    kOnes,       // ones
    kArange,     // arange: 0, 1, 2, ...
    kLightData,  // lightdata: i / n, what ONNX feeds its light models
  };
  Kind kind = Kind::kUniform;
  double low = 0;
  double high = 1;

  // Reads the notation above.
  static Result<Generator> Parse(std::string_view text);
};

// Zero-filled tensors for values whose shapes the model declares.
Result<std::vector<HostValue>> MakeTensors(
    const std::vector<ValueInfo>& values);

// Overwrites the tensor. Equal seeds and shapes give equal values everywhere.
void Fill(HostTensor& tensor, const Generator& generator, uint64_t seed);

}  // namespace onnxifi::cli

#endif  // ONNXIFI_TOOLS_CLI_GENERATE_H_
