// Mutants that compile another model than they were given: one attribute or
// input of one operator is not what it should be.
#include "conformance/mutants/node_edit.h"

namespace onnxifi::mutants {
namespace {

constexpr char kCountIncludePad[] = "count_include_pad";
constexpr char kAlpha[] = "alpha";
constexpr char kBeta[] = "beta";
constexpr char kGamma[] = "gamma";
constexpr char kEpsilon[] = "epsilon";
constexpr char kExclusive[] = "exclusive";
constexpr char kReverse[] = "reverse";
constexpr char kLast[] = "select_last_index";
constexpr char kLargest[] = "largest";
constexpr char kTransA[] = "transA";
constexpr char kMode[] = "mode";
constexpr char kDirection[] = "direction";
constexpr char kApproximate[] = "approximate";
constexpr char kFmod[] = "fmod";
constexpr char kUpper[] = "upper";
constexpr char kReduction[] = "reduction";
constexpr char kDilations[] = "dilations";
constexpr char kAxis[] = "axis";
constexpr char kBias[] = "bias";
constexpr char kLambd[] = "lambd";
constexpr char kNearest[] = "nearest_mode";
constexpr char kCoordinates[] = "coordinate_transformation_mode";
constexpr char kAlign[] = "align_corners";
constexpr char kPaddingMode[] = "padding_mode";
constexpr char kInterleaved[] = "interleaved";
constexpr char kDetectNegative[] = "detect_negative";
constexpr char kIsCausal[] = "is_causal";
constexpr char kBlockMode[] = "mode";
constexpr char kP[] = "p";
constexpr char kClip[] = "clip";
constexpr char kLinear[] = "linear_before_reset";

constexpr char kFloor[] = "Floor";
constexpr char kCeil[] = "Ceil";
constexpr char kMin[] = "Min";
constexpr char kLess[] = "Less";
constexpr char kOr[] = "Or";
constexpr char kReduceMin[] = "ReduceMin";
constexpr char kReduceL1[] = "ReduceL1";
constexpr char kSinh[] = "Sinh";
constexpr char kTanh[] = "Tanh";
constexpr char kAbs[] = "Abs";
constexpr char kAdd[] = "Add";
constexpr char kIdentity[] = "Identity";
constexpr char kSoftplus[] = "Softplus";
constexpr char kLessOrEqual[] = "LessOrEqual";
constexpr char kAveragePool[] = "GlobalAveragePool";
constexpr char kMaxPool[] = "GlobalMaxPool";
constexpr char kHardSigmoid[] = "HardSigmoid";

void OtherAxis(Node& node) {
  if (Attribute* axis = Find(node, kAxis)) axis->i = axis->i == 0 ? 1 : 0;
}
void RotatePerm(Node& node) {
  Attribute* const perm = Find(node, "perm");
  if (perm == nullptr || perm->ints.size() < 2) return;
  // Where the first two are equally long nothing else would be seen.
  std::swap(perm->ints.front(), perm->ints.back());
}
void EqualStrides(Node& node) {
  if (Attribute* strides = Find(node, "strides")) {
    std::reverse(strides->ints.begin(), strides->ints.end());
  }
}

constexpr NodeRow kRows[] = {
    {"conv_pad_side", "Conv", &SwapPads, "begin and end of pads swapped"},
    {"conv_same_side", "Conv", &OtherSameSide, "SAME pads on the other side"},
    {"conv_no_bias", "Conv", &DropThird, "the bias is forgotten"},
    {"conv_no_dilation", "Conv", &Forget<kDilations>, "dilations forgotten"},
    {"conv_strides_swapped", "Conv", &EqualStrides, "strides in reverse order"},
    {"conv_transpose_pad_side", "ConvTranspose", &SwapPads, "pads swapped"},
    {"max_pool_pad_side", "MaxPool", &SwapPads, "pads swapped"},
    {"max_pool_same_side", "MaxPool", &OtherSameSide, "SAME on the other side"},
    {"max_pool_dilation", "MaxPool", &Forget<kDilations>,
     "dilations forgotten"},
    {"average_pool_counts_pads", "AveragePool", &Flip<kCountIncludePad>,
     "pads count, or do not, the wrong way round"},
    {"global_pools_swapped", "GlobalMaxPool", &Become<kAveragePool>,
     "the mean instead of the maximum"},
    {"global_average_is_max", "GlobalAveragePool", &Become<kMaxPool>,
     "the maximum instead of the mean"},
    {"gemm_alpha", "Gemm", &Forget<kAlpha>, "alpha is 1"},
    {"gemm_beta", "Gemm", &Forget<kBeta>, "beta is 1"},
    {"gemm_no_c", "Gemm", &DropThird, "C is forgotten"},
    {"gemm_transposed", "Gemm", &Flip<kTransA>, "transA is the other way"},
    {"matmul_swapped", "MatMul", &SwapInputs, "the factors are swapped"},
    {"sub_swapped", "Sub", &SwapInputs, "b - a"},
    {"div_swapped", "Div", &SwapInputs, "b / a"},
    {"pow_swapped", "Pow", &SwapInputs, "b to the power of a"},
    {"mod_is_fmod", "Mod", &Flip<kFmod>, "the sign follows the other operand"},
    {"prelu_swapped", "PRelu", &SwapInputs, "slope and input swapped"},
    {"where_swapped", "Where", &SwapBranches, "branches swapped"},
    {"less_is_less_or_equal", "Less", &Become<kLessOrEqual>, "equal counts"},
    {"less_or_equal_is_less", "LessOrEqual", &Become<kLess>,
     "equal does not count"},
    {"and_is_or", "And", &Become<kOr>, "one is enough"},
    {"floor_is_ceil", "Floor", &Become<kCeil>, "rounds up"},
    {"round_is_floor", "Round", &Become<kFloor>, "rounds down"},
    {"max_is_min", "Max", &Become<kMin>, "the smallest"},
    {"tanh_is_sinh", "Tanh", &Become<kSinh>, "sinh"},
    {"erf_is_tanh", "Erf", &Become<kTanh>, "tanh"},
    {"neg_is_abs", "Neg", &Become<kAbs>, "the absolute value"},
    {"relu_is_softplus", "Relu", &Become<kSoftplus>, "a smooth one"},
    {"sigmoid_is_hard", "Sigmoid", &Become<kHardSigmoid>, "piecewise linear"},
    {"mul_is_add", "Mul", &Become<kAdd>, "a sum"},
    {"abs_is_identity", "Abs", &Become<kIdentity>, "nothing is done"},
    {"reduce_max_is_min", "ReduceMax", &Become<kReduceMin>, "the smallest"},
    {"reduce_l2_is_l1", "ReduceL2", &Become<kReduceL1>, "another norm"},
    {"leaky_relu_alpha", "LeakyRelu", &Double<kAlpha>, "alpha doubled"},
    {"selu_gamma", "Selu", &Double<kGamma>, "gamma doubled"},
    {"gelu_approximate", "Gelu", &Forget<kApproximate>,
     "always the exact formula"},
    {"shrink_lambd", "Shrink", &Double<kLambd>, "lambd doubled"},
    {"lrn_bias", "LRN", &Double<kBias>, "bias doubled"},
    {"batch_norm_epsilon", "BatchNormalization",
     [](Node& node) { FloatOf(node, kEpsilon, 1e-5F) += 0.01F; },
     "epsilon is 0.01 larger"},
    {"layer_norm_epsilon", "LayerNormalization",
     [](Node& node) { FloatOf(node, kEpsilon, 1e-5F) += 0.05F; },
     "epsilon is 0.05 larger"},
    {"batch_norm_mean_and_variance", "BatchNormalization",
     [](Node& node) {
       if (node.inputs.size() >= 5) std::swap(node.inputs[3], node.inputs[4]);
     },
     "mean and variance swapped"},
    {"softmax_axis", "Softmax", &OtherAxis, "another axis"},
    {"hardmax_axis", "Hardmax", &OtherAxis, "another axis"},
    {"cumsum_exclusive", "CumSum", &Flip<kExclusive>, "exclusive flipped"},
    {"cumsum_reverse", "CumSum", &Flip<kReverse>, "direction flipped"},
    {"argmax_last", "ArgMax", &Flip<kLast>, "the other of equal ones"},
    {"topk_smallest", "TopK", &FlipFromOne<kLargest>, "the smallest ones"},
    {"concat_order", "Concat", &ReverseInputs, "inputs in reverse order"},
    {"transpose_perm", "Transpose", &RotatePerm, "first and last axis swapped"},
    {"pad_mode", "Pad", &Forget<kMode>, "always constant"},
    {"depth_to_space_mode", "DepthToSpace", &Forget<kBlockMode>, "always DCR"},
    {"trilu_upper", "Trilu", &FlipFromOne<kUpper>, "the other triangle"},
    {"scatter_reduction", "ScatterElements", &Forget<kReduction>,
     "no reduction"},
    {"scatter_nd_reduction", "ScatterND", &Forget<kReduction>, "no reduction"},
    {"resize_nearest_mode", "Resize", &Forget<kNearest>, "always the default"},
    {"resize_coordinates", "Resize", &Forget<kCoordinates>,
     "always half_pixel"},
    {"grid_sample_corners", "GridSample", &Flip<kAlign>, "corners flipped"},
    {"grid_sample_padding", "GridSample", &Forget<kPaddingMode>,
     "always zeros"},
    {"lstm_direction", "LSTM",
     [](Node& node) {
       Attribute* const direction = Find(node, kDirection);
       if (direction != nullptr && direction->s == "reverse") {
         direction->s = "forward";
       }
     },
     "reverse runs forward"},
    {"lstm_clip", "LSTM", &Forget<kClip>, "clip forgotten"},
    {"gru_linear", "GRU", &Flip<kLinear>, "linear_before_reset flipped"},
    {"bit_shift_direction", "BitShift",
     [](Node& node) {
       if (Attribute* direction = Find(node, kDirection)) {
         direction->s = direction->s == "LEFT" ? "RIGHT" : "LEFT";
       }
     },
     "the other direction"},
    {"is_inf_negative", "IsInf", &FlipFromOne<kDetectNegative>,
     "negative infinity flipped"},
    {"attention_causal", "Attention", &Flip<kIsCausal>, "causal flipped"},
    {"rotary_interleaved", "RotaryEmbedding", &Flip<kInterleaved>,
     "interleaved flipped"},
    {"lp_norm_p", "LpNormalization",
     [](Node& node) {
       int64_t& p = IntOf(node, kP, 2);
       p = p == 1 ? 2 : 1;
     },
     "the other norm"},
    {"lp_pool_p", "LpPool", [](Node& node) { IntOf(node, kP, 2) += 1; },
     "a higher norm"},
    {"dequantize_zero_point", "DequantizeLinear", &DropThird,
     "the zero point is forgotten"},
};

}  // namespace

void AddModelMutants(std::vector<MutantInfo>* list) {
  AddNodeRows(kRows, list);
}

}  // namespace onnxifi::mutants
