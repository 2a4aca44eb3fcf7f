package dev.espalier.djl;

import java.util.List;

/**
 * Where a decoder's tensors stand in files. A name with {@code %d} belongs to a block.
 *
 * @param embedding token embedding
 * @param positions learned positions, GPT-2 only
 * @param finalNorm norm before the output
 * @param output output matrix
 * @param block tensors of a block, in the order of the step function's resource
 */
record WeightNames(
    String embedding, String positions, String finalNorm, String output, List<String> block) {

  /** Names of Hugging Face's Llama family. */
  static final WeightNames LLAMA =
      new WeightNames(
          "model.embed_tokens.weight",
          "",
          "model.norm",
          "lm_head.weight",
          List.of(
              "model.layers.%d.input_layernorm.weight",
              "model.layers.%d.self_attn.q_proj.weight",
              "model.layers.%d.self_attn.k_proj.weight",
              "model.layers.%d.self_attn.v_proj.weight",
              "model.layers.%d.self_attn.o_proj.weight",
              "model.layers.%d.post_attention_layernorm.weight",
              "model.layers.%d.mlp.gate_proj.weight",
              "model.layers.%d.mlp.up_proj.weight",
              "model.layers.%d.mlp.down_proj.weight",
              "model.layers.%d.self_attn.q_proj.bias",
              "model.layers.%d.self_attn.k_proj.bias",
              "model.layers.%d.self_attn.v_proj.bias",
              "model.layers.%d.self_attn.q_norm.weight",
              "model.layers.%d.self_attn.k_norm.weight"));

  /** Names of GGUF's Llama family. */
  static final WeightNames GGUF_LLAMA =
      new WeightNames(
          "token_embd.weight",
          "",
          "output_norm",
          "output.weight",
          List.of(
              "blk.%d.attn_norm.weight",
              "blk.%d.attn_q.weight",
              "blk.%d.attn_k.weight",
              "blk.%d.attn_v.weight",
              "blk.%d.attn_output.weight",
              "blk.%d.ffn_norm.weight",
              "blk.%d.ffn_gate.weight",
              "blk.%d.ffn_up.weight",
              "blk.%d.ffn_down.weight",
              "blk.%d.attn_q.bias",
              "blk.%d.attn_k.bias",
              "blk.%d.attn_v.bias",
              "blk.%d.attn_q_norm.weight",
              "blk.%d.attn_k_norm.weight"));

  /** Names of Hugging Face's GPT-2, which the base model writes without "transformer.". */
  static WeightNames gpt2(String prefix) {
    String h = prefix + "h.%d.";
    return new WeightNames(
        prefix + "wte.weight",
        prefix + "wpe.weight",
        prefix + "ln_f",
        "lm_head.weight",
        List.of(
            h + "ln_1.weight",
            h + "ln_1.bias",
            h + "attn.c_attn.weight",
            h + "attn.c_attn.bias",
            h + "attn.c_proj.weight",
            h + "attn.c_proj.bias",
            h + "ln_2.weight",
            h + "ln_2.bias",
            h + "mlp.c_fc.weight",
            h + "mlp.c_fc.bias",
            h + "mlp.c_proj.weight",
            h + "mlp.c_proj.bias"));
  }

  /** Names of GGUF's GPT-2. */
  static final WeightNames GGUF_GPT2 =
      new WeightNames(
          "token_embd.weight",
          "position_embd.weight",
          "output_norm",
          "output.weight",
          List.of(
              "blk.%d.attn_norm.weight",
              "blk.%d.attn_norm.bias",
              "blk.%d.attn_qkv.weight",
              "blk.%d.attn_qkv.bias",
              "blk.%d.attn_output.weight",
              "blk.%d.attn_output.bias",
              "blk.%d.ffn_norm.weight",
              "blk.%d.ffn_norm.bias",
              "blk.%d.ffn_up.weight",
              "blk.%d.ffn_up.bias",
              "blk.%d.ffn_down.weight",
              "blk.%d.ffn_down.bias"));
}
