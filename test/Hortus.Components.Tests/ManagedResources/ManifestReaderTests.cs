using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;

namespace Hortus.Components.Tests;

public sealed class ManifestReaderTests
{
    private const string One = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one, namespace: default}\n";
    private const string Two = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: two, namespace: default}\n";

    private static readonly ManifestBundle Bundle = ManifestBundle.Of(Enumerable.Range(0, 30).Select(i => new ConfigMap
    {
        Metadata = new ObjectMeta { Name = $"map-{i}", Namespace = "default" },
        Data = new Dictionary<string, string> { ["key"] = $"value {i * 7919 % 997}", ["text"] = "several\nlines\n" },
    }));

    private static readonly Secret Written = ManagedResourceWriter.SecretOf(
        new ManagedResourceSettings { Key = new ObjectKey("garden", "test") }, Bundle);

    [Fact]
    public void What_the_writer_wrote_is_read()
    {
        var read = ManifestReader.Read([Written]);

        read.Faults.ShouldBeEmpty();
        read.Objects.Count.ShouldBe(30);
        KubernetesYaml.WriteAll(read.Objects.Select(o => o.Json)).ShouldBe(Encoding.UTF8.GetString(Bundle.Content.Span));
    }

    [Fact]
    public void Plain_and_compressed_keys_and_JSON_stand_side_by_side()
    {
        var read = ManifestReader.Read([SecretWith(
            ("a.yaml", Encoding.UTF8.GetBytes(One + "---\n" + Two)),
            ("b.json", Encoding.UTF8.GetBytes(
                """{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"b"}} {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"c"}}""")),
            ("data.yaml.br", Bundle.Compressed()))]);

        read.Faults.ShouldBeEmpty();
        read.Objects.Count.ShouldBe(34);
        read.Objects[2].Place.ShouldBe("secret garden/test key b.json document 1");
    }

    [Fact]
    public void A_rendered_chart_of_one_key_is_read()
    {
        var chart = "---\n# Source: chart/templates/a.yaml\n" + One + "---\n# Source: chart/templates/empty.yaml\n---\n\n--- # two\n" + Two + "---\n";

        var read = ManifestReader.Read([SecretWith(("chart", Encoding.UTF8.GetBytes(chart)))]);

        read.Faults.ShouldBeEmpty();
        read.Objects.Select(o => $"{o.Json["metadata"]!["name"]}").ShouldBe(["one", "two"]);
    }

    [Fact]
    public void Dashes_inside_a_block_of_text_do_not_cut_it()
    {
        var nested = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: one}\ndata:\n  inner: |\n    a: 1\n    ---\n    b: 2\n";

        var read = ManifestReader.Read([SecretWith(("a.yaml", Encoding.UTF8.GetBytes(nested)))]);

        $"{read.Objects.ShouldHaveSingleItem().Json["data"]!["inner"]}".ShouldBe("a: 1\n---\nb: 2\n");
    }

    [Fact]
    public void A_document_that_is_broken_is_named_and_the_others_are_read()
    {
        var read = ManifestReader.Read([SecretWith(("a.yaml", Encoding.UTF8.GetBytes(One + "---\nkind: [\n---\n" + Two)))]);

        read.Objects.Count.ShouldBe(2);
        read.Faults.ShouldHaveSingleItem().ShouldStartWith("secret garden/test key a.yaml document 2: invalid YAML");
    }

    [Theory]
    [InlineData("apiVersion: v1\nmetadata: {name: a}\n", "the object has no kind")]
    [InlineData("kind: Secret\nmetadata: {name: a}\n", "the object has no apiVersion")]
    [InlineData("apiVersion: v1\nkind: Secret\n", "the Secret has no metadata.name")]
    [InlineData("apiVersion: v1\nkind: Secret\nmetadata: {generateName: a}\n", "the Secret has no metadata.name")]
    [InlineData("apiVersion: a/b/c\nkind: Secret\nmetadata: {name: a}\n", "apiVersion \"a/b/c\"")]
    [InlineData("apiVersion: v1\nkind: Secret\nmetadata: {name: a, labels: {x: true}}\n", "metadata.labels[x]: want a text")]
    [InlineData("apiVersion: v1\nkind: Secret\nmetadata: {name: a, annotations: [x]}\n", "metadata.annotations: want a map")]
    [InlineData("- a\n- b\n", "want a map of fields")]
    [InlineData("{\"apiVersion\": \"v1\", \"kind\": ", "document 1: ")]
    [InlineData("{\"apiVersion\": \"v1\", \"kind\": \"Secret\", \"kind\": \"A\", \"metadata\": {\"name\": \"a\"}}", "occurs twice")]
    public void An_object_that_is_incomplete_is_a_fault_with_its_place(string text, string reason)
    {
        var read = ManifestReader.Read([SecretWith(("a.yaml", Encoding.UTF8.GetBytes(text)))]);

        read.Objects.ShouldBeEmpty();
        var fault = read.Faults.ShouldHaveSingleItem();
        fault.ShouldStartWith("secret garden/test key a.yaml document 1: ");
        fault.ShouldContain(reason);
    }

    [Fact]
    public void Every_flipped_bit_is_noticed()
    {
        var stream = Written.Data![ManagedResourceWriter.DataKey];
        for (var bit = 0; bit < stream.Length * 8; bit++)
        {
            var damaged = stream.ToArray();
            damaged[bit / 8] ^= (byte)(1 << (bit % 8));

            var read = ManifestReader.Read([WithData(damaged)]);

            // A flip in a part of the stream that carries nothing leaves the content whole.
            if (read.Faults.Count == 0)
            {
                KubernetesYaml.WriteAll(read.Objects.Select(o => o.Json)).ShouldBe(Encoding.UTF8.GetString(Bundle.Content.Span));
            }
            else
            {
                read.Objects.ShouldBeEmpty();
                read.Faults.ShouldHaveSingleItem().ShouldContain("data.yaml.br");
            }
        }
    }

    [Fact]
    public void A_wrong_digest_makes_all_of_the_Secret_unusable()
    {
        var other = Written with { Metadata = Written.Metadata.WithAnnotation(ResourceNames.ContentDigest, new string('0', 64)) };

        var read = ManifestReader.Read([other]);

        read.Objects.ShouldBeEmpty();
        read.Faults.ShouldHaveSingleItem().ShouldContain(Bundle.Digest);
    }

    [Fact]
    public void A_cut_stream_a_longer_one_and_plain_text_under_the_compressed_key_are_faults()
    {
        var stream = Written.Data![ManagedResourceWriter.DataKey];
        foreach (var data in new[] { stream[..^1], [.. stream, 0], Encoding.UTF8.GetBytes(One), [] })
        {
            var read = ManifestReader.Read([WithData(data)]);
            read.Objects.ShouldBeEmpty();
            read.Faults.ShouldHaveSingleItem().ShouldStartWith("secret garden/managedresource-test-");
        }
    }

    [Fact]
    public void The_limit_counts_all_Secrets_together()
    {
        var size = Bundle.Content.Length;

        ManifestReader.Read([Written, Written], size * 2).Faults.ShouldBeEmpty();
        ManifestReader.Read([Written, Written], (size * 2) - 1).Faults.ShouldHaveSingleItem().ShouldContain("limit of");
    }

    [Fact]
    public void Bytes_that_are_not_text_are_a_fault()
    {
        ManifestReader.Read([SecretWith(("a", [0xff, 0xfe, 0x00]))]).Faults.ShouldHaveSingleItem().ShouldContain("not UTF-8");
    }

    private static Secret WithData(byte[] data) =>
        Written with { Data = new Dictionary<string, byte[]> { [ManagedResourceWriter.DataKey] = data } };

    private static Secret SecretWith(params (string Key, byte[] Value)[] data) => new()
    {
        Metadata = new ObjectMeta { Namespace = "garden", Name = "test" },
        Data = data.ToDictionary(d => d.Key, d => d.Value),
    };
}

internal static class BundleBytes
{
    public static byte[] Compressed(this ManifestBundle bundle) => ManifestCompression.Compress(bundle.Content.Span);
}
