// A softmax over words: what each word of a sentence adds to the score of each mood.
import { softmax } from "../engine/activations.js";
import { train } from "../engine/backprop.js";
import { optimiser } from "../engine/gradient_descent.js";
import { loss } from "../engine/loss.js";
import { network } from "../engine/mlp.js";
import { Bars } from "../pieces/bars.js";
import { HeatMap } from "../pieces/matrix.js";
import { mount } from "../stage.js";
import { num } from "../text.js";

export default mount((stage) => {
  const { moods, vocabulary, words, lessons, X, T, rounds: most } = stage.config;
  const longest = Math.max(...Object.values(words).map((said) => said.length));
  const board = stage.add(
    new HeatMap({
      shape: [longest + 1, moods.length],
      label: "What each word adds to the score of each mood",
      columns: moods,
      widest: 76,
    }),
  );
  const bars = stage.add(
    new Bars({ rows: moods.length, label: "The probability of each mood" }),
  );
  stage.compare();

  /** A run on the first `n` sentences: rounds → the weights and biases after so many. */
  function school(n) {
    const net = network({
      layers: [
        {
          kind: "Dense",
          W: moods.map(() => vocabulary.map(() => 0)),
          b: moods.map(() => 0),
        },
      ],
    });
    const [given, wanted] = [X, T].map((A) => Float64Array.from(A.slice(0, n).flat()));
    const rule = optimiser({ kind: "SGD", lr: 1 });
    const steps = train(net, loss({ kind: "SoftmaxCE" }), rule, given, wanted, {
      epochs: most,
    });
    const kept = [];
    const note = () => kept.push(net.params.map((p) => Array.from(p)));
    note();
    return (rounds) => {
      while (kept.length <= rounds) {
        steps.next();
        note();
      }
      return kept[rounds];
    };
  }
  const schools = new Map(Object.values(lessons).map((n) => [n, school(n)]));

  function parts({ sentence, lesson, rounds }) {
    const [W, b] = schools.get(lessons[lesson])(rounds);
    const said = words[sentence];
    const terms = said.map((word) => {
      const at = vocabulary.indexOf(word);
      return moods.map((_, c) => (at < 0 ? 0 : W[c * vocabulary.length + at]));
    });
    const z = moods.map((_, c) => terms.reduce((sum, term) => sum + term[c], b[c]));
    return { said, terms, b, z, p: Array.from(softmax(z)) };
  }

  return (state, ghost) => {
    const { said, terms, b, z, p } = parts(state);
    const before = ghost && parts(ghost).p;
    board.draw([...terms, b], { rows: [...said, "bias"] });
    bars.draw(
      moods.map((name, c) => ({
        name,
        value: p[c],
        text: num(p[c], 3),
        note: `z = ${num(z[c], 2)}`,
        before: before && before[c],
      })),
    );
    return {
      caption: caption(state, said, p),
      numbers: () => [
        {
          title: "What each word adds",
          columns: ["word", ...moods],
          rows: [
            ...said.map((word, i) => [word, ...terms[i]]),
            ["bias", ...b],
            ["sum z", ...z],
            ["p", ...p],
          ],
        },
      ],
    };
  };

  function caption({ sentence, lesson, rounds }, said, p) {
    const best = p.indexOf(Math.max(...p));
    const seen = X.slice(0, lessons[lesson]);
    const known = vocabulary.filter((_, j) => seen.some((row) => row[j] > 0));
    const unknown = said.filter((word) => !known.includes(word));
    const never = unknown.length ? ` It has never seen ${unknown.join(" and ")}.` : "";
    const verdict = rounds ? moods[best] : "it cannot say";
    return `“${sentence}” after ${rounds} epochs: p = (${p.map((q) => num(q, 3)).join(", ")}), ${verdict}.${never}`;
  }
});
