using System.Text;
using Hortus.Objects;
using Hortus.Objects.Gardener.Resources;
using Hortus.Objects.Kubernetes;
using Hortus.ResourceManager.NetworkPolicies;

namespace Hortus.ResourceManager.Tests.NetworkPolicies;

public sealed class ServicePoliciesTests
{
    private const string Prefix = "networking.resources.gardener.cloud/";

    [Fact]
    public void A_port_becomes_a_pair_of_policies_that_a_label_of_pods_opens()
    {
        var policies = Make(Web());

        policies.Select(p => p.Key.ToString()).ShouldBe(["shop/ingress-to-web-tcp-8443", "shop/egress-to-web-tcp-8443"]);
        Spec(policies[0]).ShouldBe(
            "{'podSelector':{'matchLabels':{'app':'web'}},'ingress':[{'ports':[{'protocol':'TCP','port':8443}],"
            + "'from':[{'podSelector':{'matchLabels':{'networking.resources.gardener.cloud/to-web-tcp-8443':'allowed'}}}]}],"
            + "'policyTypes':['Ingress']}");
        Spec(policies[1]).ShouldBe(
            "{'podSelector':{'matchLabels':{'networking.resources.gardener.cloud/to-web-tcp-8443':'allowed'}},"
            + "'egress':[{'ports':[{'protocol':'TCP','port':8443}],'to':[{'podSelector':{'matchLabels':{'app':'web'}}}]}],"
            + "'policyTypes':['Egress']}");
        policies[0].Metadata.Labels!.ShouldBe(
            new Dictionary<string, string> { [Prefix + "service-name"] = "web", [Prefix + "service-namespace"] = "shop" }, ignoreOrder: true);
        policies[0].Metadata.Annotations!["gardener.cloud/description"].ShouldContain("port 8443 (TCP) of the pods of Service shop/web");
    }

    [Theory]
    [InlineData("{port: 443, targetPort: https, protocol: TCP}", "web-tcp-https", "'https'")]
    [InlineData("{port: 443}", "web-tcp-443", "443")]
    [InlineData("{port: 443, targetPort: 0}", "web-tcp-443", "443")]
    [InlineData("{port: 53, targetPort: 8053, protocol: UDP}", "web-udp-8053", "8053")]
    [InlineData("{port: 9, protocol: SCTP}", "web-sctp-9", "9")]
    public void The_port_of_the_pods_counts_and_its_name_stays_a_name(string port, string id, string inPolicy)
    {
        var policy = Make(Web($"[{port}]"))[0];

        policy.Metadata.Name.ShouldBe($"ingress-to-{id}");
        Spec(policy).ShouldContain($"'port':{inPolicy}");
        Spec(policy).ShouldContain($"'{Prefix}to-{id}':'allowed'");
    }

    [Fact]
    public void A_headless_Service_gets_the_same_policies() =>
        Make(Web(spec: "clusterIP: None")).Select(p => p.Metadata.Name).ShouldBe(["ingress-to-web-tcp-8443", "egress-to-web-tcp-8443"]);

    [Fact]
    public void Two_ports_of_the_Service_with_one_port_of_the_pods_have_one_pair() =>
        Make(Web("[{name: a, port: 1, targetPort: 80}, {name: b, port: 2, targetPort: 80}]")).Count.ShouldBe(2);

    [Fact]
    public void Another_namespace_has_the_egress_and_both_name_the_other()
    {
        var policies = Make(Web(), namespaces: ["bar"]);

        policies.Select(p => p.Key.ToString()).ShouldBe(["shop/ingress-to-web-tcp-8443-from-bar", "bar/egress-to-shop-web-tcp-8443"]);
        Spec(policies[0]).ShouldContain(
            "{'podSelector':{'matchLabels':{'networking.resources.gardener.cloud/to-shop-web-tcp-8443':'allowed'}},"
            + "'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'bar'}}}");
        Spec(policies[1]).ShouldContain(
            "'to':[{'podSelector':{'matchLabels':{'app':'web'}},"
            + "'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'shop'}}}]");
        Spec(policies[1]).ShouldContain("{'podSelector':{'matchLabels':{'networking.resources.gardener.cloud/to-shop-web-tcp-8443':");
    }

    [Fact]
    public void An_alias_stands_for_the_namespace_in_labels_of_other_namespaces_only()
    {
        var service = Web(annotations: (NetworkingNames.NamespaceAlias, "all-shops"));

        Spec(Make(service, namespaces: ["bar"])[0]).ShouldContain("/to-all-shops-web-tcp-8443'");
        Make(service, namespaces: ["bar"])[1].Key.ToString().ShouldBe("bar/egress-to-shop-web-tcp-8443");
        Spec(Make(service)[0]).ShouldContain("/to-web-tcp-8443'");
    }

    [Fact]
    public void Ports_of_an_alias_get_policies_of_their_own()
    {
        var service = Web(annotations: (Prefix + "from-scrapers-allowed-ports", """[{"port":"9090"},{"port":"metrics","protocol":"UDP"}]"""));

        var policies = Make(service, namespaces: ["shop", "bar"]).ToDictionary(p => p.Key.ToString());

        policies.Keys.Where(k => k.Contains("-via-", StringComparison.Ordinal)).ShouldBe(
            [
                "shop/ingress-to-web-tcp-9090-via-scrapers", "shop/egress-to-web-tcp-9090-via-scrapers",
                "shop/ingress-to-web-udp-metrics-via-scrapers", "shop/egress-to-web-udp-metrics-via-scrapers",
                "shop/ingress-to-web-tcp-9090-via-scrapers-from-bar", "bar/egress-to-shop-web-tcp-9090-via-scrapers",
                "shop/ingress-to-web-udp-metrics-via-scrapers-from-bar", "bar/egress-to-shop-web-udp-metrics-via-scrapers",
            ],
            ignoreOrder: true);
        var near = Spec(policies["shop/ingress-to-web-tcp-9090-via-scrapers"]);
        near.ShouldContain("'port':9090");
        near.ShouldContain("/to-scrapers':'allowed'");
        Spec(policies["bar/egress-to-shop-web-tcp-9090-via-scrapers"]).ShouldContain("/to-shop-scrapers':'allowed'");
    }

    [Theory]
    [InlineData("""[{"port":"8443","protocol":"TCP"}]""", "[{'ports':[{'protocol':'TCP','port':8443}]}]")]
    [InlineData("""[{"protocol":"UDP"}]""", "[{'ports':[{'protocol':'UDP'}]}]")]
    [InlineData("[]", "[{}]")]
    public void The_world_may_talk_to_the_ports_that_the_annotation_names(string annotation, string ingress)
    {
        var policy = Make(Web(annotations: (NetworkingNames.FromWorldToPorts, annotation)), isUsed: _ => false).ShouldHaveSingleItem();

        policy.Key.ToString().ShouldBe("shop/ingress-to-web-from-world");
        Spec(policy).ShouldContain($"'ingress':{ingress}");
    }

    [Fact]
    public void Labels_that_no_pod_has_get_no_policy()
    {
        var service = Web("[{port: 80}, {port: 81}]");

        Make(service, isUsed: label => label == new PodLabel("shop", Prefix + "to-web-tcp-81"))
            .Select(p => p.Metadata.Name).ShouldBe(["ingress-to-web-tcp-81", "egress-to-web-tcp-81"]);
    }

    [Fact]
    public void The_ingress_controller_gets_in_by_its_own_labels_and_needs_none_of_ours()
    {
        var ingress = Yaml<Ingress>(
            """
            metadata: {namespace: shop, name: i}
            spec:
              defaultBackend: {service: {name: web, port: {number: 90}}}
              rules:
              - host: a
              - http: {paths: [
                  {path: /, pathType: Prefix, backend: {service: {name: web, port: {name: main}}}},
                  {path: /x, pathType: Prefix, backend: {service: {name: web, port: {number: 443}}}},
                  {path: /y, pathType: Prefix, backend: {service: {name: web, port: {number: 7}}}},
                  {path: /z, pathType: Prefix, backend: {service: {name: other, port: {number: 91}}}},
                  {path: /r, pathType: Prefix, backend: {resource: {kind: A, name: b}}}]}
            """);
        var service = Web("[{name: main, port: 443, targetPort: 8443}, {name: more, port: 90}, {name: rest, port: 91}]");
        var peer = new IngressPeer("garden", new LabelSelector { MatchLabels = new Dictionary<string, string> { ["app"] = "nginx" } });

        var policies = Make(service, isUsed: _ => false, ingress: (peer, IngressBackends.PortsOf(service, [ingress])));

        policies.Select(p => p.Key.ToString()).ShouldBe(
            [
                "shop/ingress-to-web-tcp-8443-from-ingress-controller", "garden/egress-to-shop-web-tcp-8443-from-ingress-controller",
                "shop/ingress-to-web-tcp-90-from-ingress-controller", "garden/egress-to-shop-web-tcp-90-from-ingress-controller",
            ],
            ignoreOrder: true);
        Spec(policies.Single(p => p.Metadata.Name == "ingress-to-web-tcp-8443-from-ingress-controller")).ShouldContain(
            "'from':[{'podSelector':{'matchLabels':{'app':'nginx'}},"
            + "'namespaceSelector':{'matchLabels':{'kubernetes.io/metadata.name':'garden'}}}]");
        IngressBackends.ServicesOf(ingress).Select(k => k.ToString()).ShouldBe(["shop/web", "shop/other"], ignoreOrder: true);
    }

    [Fact]
    public void A_label_that_would_be_too_long_is_shortened_to_63_characters_with_a_hash()
    {
        var name = new string('n', 60);

        var key = NetworkingNames.To($"{name}-tcp-443");

        key.ShouldBe($"{Prefix}to-{new string('n', 54)}-6d4c0");
        key[Prefix.Length..].Length.ShouldBe(63);
        NetworkingNames.To($"{name}-tcp-444").ShouldNotBe(key);
        NetworkingNames.To(new string('n', 60)).ShouldBe($"{Prefix}to-{name}");
    }

    [Theory]
    [InlineData("namespace-selectors", "{", "want a JSON list")]
    [InlineData("namespace-selectors", "{\"matchLabels\":{}}", "want a JSON list")]
    [InlineData("namespace-selectors", "[null]", "want a JSON list")]
    [InlineData("namespace-selectors", "[{\"matchLabels\":{\"a b\":\"c\"}}]", "a b")]
    [InlineData("namespace-selectors", "[{\"matchExpressions\":[{\"key\":\"a\",\"operator\":\"Is\"}]}]", "invalid operator \"Is\"")]
    [InlineData("from-world-to-ports", "8443", "want a JSON list")]
    [InlineData("from-world-to-ports", "[{\"port\":{}}]", "want a JSON list")]
    [InlineData("from-me-allowed-ports", "[{\"protocol\":\"TCP\"}]", "wants a port")]
    [InlineData("from-me-allowed-ports", "null", "want a JSON list")]
    [InlineData("from-me-allowed-ports", "", "want a JSON list")]
    public void A_broken_annotation_is_named_with_its_problem(string annotation, string value, string problem)
    {
        var fault = Should.Throw<AnnotationException>(() => ServiceTraffic.Of(Web(annotations: (Prefix + annotation, value))));

        fault.Message.ShouldContain(Prefix + annotation);
        fault.Message.ShouldContain(problem);
    }

    private static List<NetworkPolicy> Make(
        Service service,
        string[]? namespaces = null,
        Func<PodLabel, bool>? isUsed = null,
        (IngressPeer, IReadOnlyList<NetworkPolicyPort>)? ingress = null) =>
        [.. new ServicePolicies(service, ServiceTraffic.Of(service)).Make(namespaces ?? ["shop"], isUsed ?? (_ => true), ingress)];

    private static Service Web(
        string ports = "[{port: 443, targetPort: 8443, protocol: TCP}]",
        string spec = "type: ClusterIP",
        params (string Key, string Value)[] annotations)
    {
        var service = Yaml<Service>($"metadata: {{namespace: shop, name: web}}\nspec: {{selector: {{app: web}}, {spec}, ports: {ports}}}");
        return service with { Metadata = service.Metadata with { Annotations = annotations.ToDictionary(a => a.Key, a => a.Value) } };
    }

    private static T Yaml<T>(string yaml) => KubernetesYaml.Deserialize<T>(yaml);

    // With single quotes, so that expectations are easy to read.
    private static string Spec(NetworkPolicy policy) =>
        Encoding.UTF8.GetString(KubernetesJson.Serialize(policy.Spec)).Replace('"', '\'');
}
