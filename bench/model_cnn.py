"""Convolutional networks of the benchmarks."""

import numpy as np

from model_builder import Builder

IMAGE = (1, 3, 224, 224)
CLASSES = 1000
# ReLU halves the variance, so weights before one are drawn twice as wide.
RELU_GAIN = 2.0


class Cnn(Builder):
    """Builder with convolution blocks. Shapes are not tracked: channels are."""

    def conv(self, x, c_in, c_out, kernel, stride=1, group=1, gain=1.0,
             bias=False):
        fan_in = c_in // group * kernel * kernel
        inputs = [x, self.weight((c_out, c_in // group, kernel, kernel),
                                 fan_in, gain)]
        if bias:
            inputs.append(self.vector(c_out))
        return self.op("Conv", *inputs, kernel_shape=[kernel, kernel],
                       strides=[stride, stride], group=group,
                       pads=[kernel // 2] * 4)

    def norm(self, x, channels):
        return self.op(
            "BatchNormalization", x, self.vector(channels, 1.0, 0.05),
            self.vector(channels), self.vector(channels, 0.0, 0.05),
            self.constant(self.random.uniform(0.9, 1.1, channels)
                          .astype(np.float32)))

    def conv_norm(self, x, c_in, c_out, kernel, stride=1, group=1, gain=1.0):
        return self.norm(
            self.conv(x, c_in, c_out, kernel, stride, group, gain), c_out)

    def relu6(self, x):
        return self.op("Clip", x, self.scalar(0), self.scalar(6))

    def classifier(self, x, channels):
        x = self.op("Flatten", self.op("GlobalAveragePool", x), axis=1)
        return self.op("Gemm", x,
                       self.weight((CLASSES, channels), channels),
                       self.vector(CLASSES), transB=1)


def mobilenet_v2():
    b = Cnn("mobilenetv2", 2)
    x = b.input("image", IMAGE)
    x = b.relu6(b.conv_norm(x, 3, 32, 3, 2, gain=RELU_GAIN))
    c_in = 32
    stages = [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2),
              (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)]
    for expand, c_out, repeat, first_stride in stages:
        for i in range(repeat):
            stride = first_stride if i == 0 else 1
            y, wide = x, c_in * expand
            if expand != 1:
                y = b.relu6(b.conv_norm(y, c_in, wide, 1, gain=RELU_GAIN))
            y = b.relu6(b.conv_norm(y, wide, wide, 3, stride, group=wide,
                                    gain=RELU_GAIN))
            # Half the variance from each side of the sum keeps it at one.
            residual = stride == 1 and c_in == c_out
            y = b.conv_norm(y, wide, c_out, 1, gain=0.3 if residual else 1.0)
            x = b.op("Add", x, y) if residual else y
            c_in = c_out
    x = b.relu6(b.conv_norm(x, c_in, 1280, 1, gain=RELU_GAIN))
    b.output(b.classifier(x, 1280), "logits", (1, CLASSES))
    return b.model()


def vgg16():
    b = Cnn("vgg16", 16)
    x = b.input("image", IMAGE)
    c_in = 3
    for c_out, repeat in [(64, 2), (128, 2), (256, 3), (512, 3), (512, 3)]:
        for _ in range(repeat):
            x = b.op("Relu", b.conv(x, c_in, c_out, 3, gain=RELU_GAIN,
                                    bias=True))
            c_in = c_out
        x = b.op("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = b.op("Flatten", x, axis=1)
    for c_in, c_out in [(512 * 49, 4096), (4096, 4096)]:
        x = b.op("Relu", b.op("Gemm", x,
                              b.weight((c_out, c_in), c_in, RELU_GAIN),
                              b.vector(c_out), transB=1))
    x = b.op("Gemm", x, b.weight((CLASSES, 4096), 4096), b.vector(CLASSES),
             transB=1)
    b.output(x, "logits", (1, CLASSES))
    return b.model()


RESNET50_STAGES = [(64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2)]


def resnet50():
    b = Cnn("resnet50", 50)
    x = b.input("image", IMAGE)
    x = b.op("Relu", b.conv_norm(x, 3, 64, 7, 2, gain=RELU_GAIN))
    x = b.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2],
             pads=[1, 1, 1, 1])
    c_in = 64
    for width, repeat, first_stride in RESNET50_STAGES:
        for i in range(repeat):
            stride = first_stride if i == 0 else 1
            c_out = width * 4
            y = b.op("Relu", b.conv_norm(x, c_in, width, 1, gain=RELU_GAIN))
            y = b.op("Relu", b.conv_norm(y, width, width, 3, stride,
                                         gain=RELU_GAIN))
            y = b.conv_norm(y, width, c_out, 1, gain=0.5)
            if i == 0:
                x = b.conv_norm(x, c_in, c_out, 1, stride)
            x = b.op("Relu", b.op("Add", x, y))
            c_in = c_out
    b.output(b.classifier(x, c_in), "logits", (1, CLASSES))
    return b.model()


class QdqCnn(Cnn):
    """The usual form of a quantised network: uint8 activations with one
    scale, int8 weights with a scale for each output channel, int32 biases."""

    def __init__(self, name, seed):
        super().__init__(name, seed)
        # One range for every activation: they are near N(0, 1).
        self.scale = 6.0 / 255
        self.signed_zero = self.constant(np.array(128, np.uint8), "zero")
        self.relu_zero = self.constant(np.array(0, np.uint8), "zero")
        self.scale_name = self.scalar(self.scale)

    def quantized(self, x, relu):
        zero = self.relu_zero if relu else self.signed_zero
        x = self.op("QuantizeLinear", x, self.scale_name, zero)
        return self.op("DequantizeLinear", x, self.scale_name, zero)

    def int8_weight(self, shape, fan_in, gain):
        values = self.random.standard_normal(shape, np.float32)
        values *= np.float32(np.sqrt(gain / fan_in))
        flat = values.reshape(shape[0], -1)
        scales = (np.abs(flat).max(axis=1) / 127).astype(np.float32)
        codes = np.rint(flat / scales[:, None]).astype(np.int8).reshape(shape)
        zero = self.constant(np.zeros(shape[0], np.int8), "zero")
        scale = self.constant(scales)
        weight = self.op("DequantizeLinear", self.constant(codes), scale, zero,
                         axis=0)
        bias_scales = (scales * np.float32(self.scale)).astype(np.float32)
        codes = np.rint(0.1 * self.random.standard_normal(shape[0])
                        / bias_scales).astype(np.int32)
        bias = self.op("DequantizeLinear", self.constant(codes),
                       self.constant(bias_scales),
                       self.constant(np.zeros(shape[0], np.int32), "zero"),
                       axis=0)
        return weight, bias

    def block(self, x, c_in, c_out, kernel, stride, gain, relu):
        weight, bias = self.int8_weight((c_out, c_in, kernel, kernel),
                                        c_in * kernel * kernel, gain)
        x = self.op("Conv", x, weight, bias, kernel_shape=[kernel, kernel],
                    strides=[stride, stride], pads=[kernel // 2] * 4)
        if relu:
            x = self.op("Relu", x)
        return self.quantized(x, relu)


def resnet50_qdq():
    b = QdqCnn("resnet50_qdq", 51)
    x = b.quantized(b.input("image", IMAGE), False)
    x = b.block(x, 3, 64, 7, 2, RELU_GAIN, True)
    x = b.op("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2],
             pads=[1, 1, 1, 1])
    x = b.quantized(x, True)
    c_in = 64
    for width, repeat, first_stride in RESNET50_STAGES:
        for i in range(repeat):
            stride = first_stride if i == 0 else 1
            c_out = width * 4
            y = b.block(x, c_in, width, 1, 1, RELU_GAIN, True)
            y = b.block(y, width, width, 3, stride, RELU_GAIN, True)
            y = b.block(y, width, c_out, 1, 1, 0.5, False)
            if i == 0:
                x = b.block(x, c_in, c_out, 1, stride, 1.0, False)
            x = b.quantized(b.op("Relu", b.op("Add", x, y)), True)
            c_in = c_out
    x = b.quantized(b.op("GlobalAveragePool", x), True)
    x = b.op("Flatten", x, axis=1)
    weight, bias = b.int8_weight((CLASSES, c_in), c_in, 1.0)
    x = b.op("Gemm", x, weight, bias, transB=1)
    b.output(b.quantized(x, False), "logits", (1, CLASSES))
    return b.model()
