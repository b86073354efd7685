#!/bin/sh
# Renders the pictures of docs/pictures anew, with the program built by scripts/run.sh or the release preset.
set -eu
cd "$(dirname "$0")/.."
headway=${HEADWAY:-build/release/headway}
HEADWAY_ASSETS=$PWD
export HEADWAY_ASSETS
[ -x "$headway" ] || { echo "pictures.sh: $headway is not built; run cmake --preset release && cmake --build --preset release" >&2; exit 1; }
out=docs/pictures
mkdir -p "$out"
number=1
"$headway" steps | while read -r step; do
    "$headway" render --lang en --step "$step" -o "$out/$number-$step.png"
    number=$((number + 1))
done
"$headway" render --lang en --step feedforward --beat 3 -o "$out/feedforward-network.png"
"$headway" render --lang en --view heads --step softmax -o "$out/heads.png"
for view in diagram lines model; do
    "$headway" render --lang en --view $view --step sum -o "$out/$view.png"
    "$headway" render --lang en --view $view --step sum --theme dark -o "$out/$view-dark.png"
done
"$headway" render --lang en --view diagram --step similarity --beat 1 -o "$out/diagram-predict.png"
"$headway" render --lang en --view lines --step sum --lines-heads 2,4,5 -o "$out/lines-heads.png"
"$headway" render --lang en --step similarity --beat 2 --theme dark -o "$out/similarity-dark.png"
"$headway" render --lang en --step sum --theme dark -o "$out/sum-dark.png"
"$headway" render --lang en --view heads --step softmax --theme dark -o "$out/heads-dark.png"
"$headway" render --lang en --view compare --steps 3 -o "$out/compare.png"
"$headway" render --lang en --view compare --shows influence --theme dark -o "$out/compare-dark.png"
"$headway" render --lang zh --step softmax --text "我爱北京，北京也爱我" --query 8 --key 2 -o "$out/softmax-zh.png"
"$headway" render --lang en --step scale --mask causal -o "$out/mask.png"
"$headway" render --lang en --step softmax --panel what-if --mask window:1 --temperature 0.5 --heads-off 2 -o "$out/what-if.png"
"$headway" render --lang en --step softmax --context "Ein Hund schlief tief" --key 3 -o "$out/cross-attention.png"
"$headway" render --lang en --step projection --context "Ein Hund schlief tief" --values "one dog slept well" \
    -o "$out/cross-attention-projection.png"
"$headway" render --lang en --step similarity --beat 1 -o "$out/predict.png"
"$headway" render --lang en --step sum --theme contrast -o "$out/sum-contrast.png"
"$headway" render --lang en --step sum --presentation --size 1280x720 -o "$out/presentation.png"
"$headway" render --lang en --part head --head 1 --step softmax --size 720x600 -o "$out/head.png"
"$headway" render --lang en --step similarity --size 1024x700 -o "$out/similarity-1024x700.png"
"$headway" render --lang en --step softmax --text "$(seq -s ' ' 1 64 | sed 's/[0-9]*/w&/g')" -o "$out/softmax-64.png"
echo "pictures.sh: the pictures are in $out"
