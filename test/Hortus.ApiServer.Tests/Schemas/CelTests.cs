using System.Collections.Immutable;
using Hortus.ApiServer.Schemas.Cel;
using Hortus.Objects;
using Hortus.Objects.Kubernetes;

namespace Hortus.ApiServer.Tests.Schemas;

public class CelTests
{
    [Theory]
    [InlineData("'tacocat'.charAt(3) == 'o' && 'abc'.charAt(3) == ''")]
    [InlineData("'hello mellow'.indexOf('ello') == 1 && 'hello mellow'.indexOf('ello', 2) == 7")]
    [InlineData("'hello mellow'.lastIndexOf('ello') == 7 && 'hello'.lastIndexOf('x') == -1")]
    [InlineData("['hello', 'mellow'].join() == 'hellomellow' && ['a', 'b'].join(',') == 'a,b'")]
    [InlineData("'TacoÆ'.lowerAscii() == 'tacoÆ' && 'aé'.upperAscii() == 'Aé'")]
    [InlineData("'hello hello'.replace('he', 'we') == 'wello wello' && 'hello hello'.replace('he', 'we', 1) == 'wello hello'")]
    [InlineData("'hello'.replace('', '_', 2) == '_h_ello'")]
    [InlineData("'a b c'.split(' ') == ['a', 'b', 'c'] && 'a b c'.split(' ', 2) == ['a', 'b c'] && 'abc'.split('') == ['a', 'b', 'c']")]
    [InlineData("'tacocat'.substring(4) == 'cat' && 'tacocat'.substring(0, 4) == 'taco'")]
    [InlineData("size('😀é') == 2 && '😀é'.charAt(1) == 'é' && '😀é'.indexOf('é') == 1")]
    [InlineData(@"'  \ttrim\n '.trim() == 'trim' && 'gums'.reverse() == 'smug'")]
    [InlineData("'%s has %d of %.2f, %x %X %b %%'.format(['a', 3, 1.5, 255, 'hi', 5]) == 'a has 3 of 1.50, ff 6869 101 %'")]
    [InlineData("'%s'.format([[1, 'a', {'k': 2.5}]]) == '[1, a, {k: 2.5}]'")]
    [InlineData("strings.quote('a\"b') == '\"a\\\\\"b\"'")]
    [InlineData("'abc 123 def 45'.find('[0-9]+') == '123' && 'abc'.find('[0-9]') == ''")]
    [InlineData("'1 2 3'.findAll('[0-9]') == ['1', '2', '3'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']")]
    [InlineData(@"'abc'.matches('^a.c$') && matches('abc', 'b') && !'a\n'.matches('^a$')")]
    [InlineData("[1, 2, 3].isSorted() && !['b', 'a'].isSorted() && [].isSorted()")]
    [InlineData("[1, 2, 3].sum() == 6 && [1.5, 0.5].sum() == 2.0 && [duration('1m'), duration('1s')].sum() == duration('61s')")]
    [InlineData("[3, 1, 2].min() == 1 && ['a', 'c', 'b'].max() == 'c'")]
    [InlineData("[1, 2, 2, 3].indexOf(2) == 1 && [1, 2, 2, 3].lastIndexOf(2) == 2 && [1].indexOf(5) == -1")]
    [InlineData("sets.contains([1, 2, 3], [2, 3]) && sets.equivalent([1, 2], [2, 1, 1]) && sets.intersects([1], [1, 2])")]
    [InlineData("quantity('50k') == quantity('50000') && quantity('1Gi').isGreaterThan(quantity('1G'))")]
    [InlineData("quantity('1').add(quantity('500m')) == quantity('1500m') && quantity('3').sub(1).asInteger() == 2")]
    [InlineData("isQuantity('1.3Gi') && !isQuantity('200K') && quantity('-2').sign() == -1 && !quantity('1500m').isInteger()")]
    [InlineData("quantity('200M').compareTo(quantity('0.2G')) == 0 && quantity('1.5').asApproximateFloat() == 1.5")]
    [InlineData("url('https://user@example.com:80/a%20b?k=1&k=2&x=').getHost() == 'example.com:80'")]
    [InlineData("url('https://example.com:80/a%20b').getEscapedPath() == '/a%20b' && url('https://e.com:80/').getPort() == '80'")]
    [InlineData("url('https://[::1]:80/').getHostname() == '::1' && url('/path?q=a+b').getQuery()['q'] == ['a b'] && url('/x').getScheme() == ''")]
    [InlineData("isURL('https://example.com') && isURL('/path') && !isURL('../rel') && !isURL('http://a b')")]
    [InlineData("ip('10.0.0.1').family() == 4 && ip('::1').isLoopback() && isIP('1.2.3.4') && !isIP('1.2.3') && !isIP('010.0.0.1')")]
    [InlineData("ip.isCanonical('2001:db8::1') && !ip.isCanonical('2001:DB8::1') && !isIP('::ffff:1.2.3.4')")]
    [InlineData("ip('169.254.1.1').isLinkLocalUnicast() && ip('224.0.0.1').isLinkLocalMulticast() && ip('8.8.8.8').isGlobalUnicast() && ip('::').isUnspecified()")]
    [InlineData("cidr('10.0.0.0/8').containsIP('10.1.2.3') && !cidr('10.0.0.0/8').containsIP(ip('11.0.0.1'))")]
    [InlineData("cidr('10.0.0.0/8').containsCIDR('10.1.0.0/16') && cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8') && cidr('10.1.2.3/8').prefixLength() == 8")]
    [InlineData("string(cidr('10.1.2.3/8').ip()) == '10.1.2.3' && isCIDR('::/0') && !isCIDR('10.0.0.0/33')")]
    [InlineData("!format.dns1123Label().validate('my-label').hasValue() && format.dns1123Label().validate('a.b').value() == ['must not contain dots']")]
    [InlineData("format.dns1123Label().validate('My').value()[0].startsWith('a lowercase RFC 1123 label must consist')")]
    [InlineData("!format.dns1123Subdomain().validate('a.b').hasValue() && format.dns1123Subdomain().validate('-a').hasValue()")]
    [InlineData("!format.dns1035Label().validate('a1').hasValue() && format.dns1035Label().validate('1a').hasValue()")]
    [InlineData("!format.qualifiedName().validate('example.com/My.Name').hasValue() && format.qualifiedName().validate('a/b/c').hasValue()")]
    [InlineData("format.qualifiedName().validate('/').value().size() == 3 && format.qualifiedName().validate('').value()[0] == 'name part must be non-empty'")]
    [InlineData("!format.dns1123LabelPrefix().validate('my-').hasValue() && format.dns1123LabelPrefix().validate('-my').hasValue()")]
    [InlineData("!format.dns1123SubdomainPrefix().validate('a.b.-').hasValue() && format.dns1035LabelPrefix().validate('1-a').hasValue()")]
    [InlineData("!format.labelValue().validate('').hasValue() && !format.labelValue().validate('My_value').hasValue()")]
    [InlineData("format.labelValue().validate('0123456789012345678901234567890123456789012345678901234567890123').value() == ['must be no more than 63 bytes']")]
    [InlineData("!format.uri().validate('http://example.com').hasValue() && format.uri().validate('../x').hasValue()")]
    [InlineData("!format.uuid().validate('123e4567-e89b-12d3-a456-426614174000').hasValue() && format.uuid().validate('x').value() == ['does not match the UUID format']")]
    [InlineData("!format.byte().validate('aGVsbG8=').hasValue() && format.byte().validate('a').value() == ['invalid base64']")]
    [InlineData("!format.date().validate('2021-01-01').hasValue() && format.date().validate('2021-02-30').value() == ['invalid date']")]
    [InlineData("!format.datetime().validate('2021-01-01T00:00:00Z').hasValue() && format.datetime().validate('2021-01-01').value() == ['invalid datetime']")]
    [InlineData("format.named('dns1123Label').hasValue() && !format.named('unknown').hasValue() && !format.named('uuid').value().validate('x').optMap(e, e[0] == '').orValue(true)")]
    [InlineData("semver('1.2.3').major() == 1 && semver('1.2.3').minor() == 2 && semver('1.2.3').patch() == 3")]
    [InlineData("isSemver('0.1.0-alpha.1+build.5') && !isSemver('v1.0.0') && !isSemver('1.0') && !isSemver('01.0.0') && !isSemver('1.0.0-01') && !isSemver('1.0.0-')")]
    [InlineData("semver('v1', true) == semver('1.0.0') && semver('01.02.00', true) == semver('1.2.0') && !isSemver('1.0-rc', true)")]
    [InlineData("semver('1.0.0-alpha').isLessThan(semver('1.0.0-alpha.1')) && semver('1.0.0-alpha.1').isLessThan(semver('1.0.0-alpha.beta'))")]
    [InlineData("semver('1.0.0-beta.2').isLessThan(semver('1.0.0-beta.11')) && semver('1.0.0-rc.1').isLessThan(semver('1.0.0'))")]
    [InlineData("semver('1.10.0').isGreaterThan(semver('1.9.0')) && semver('1.2.3').compareTo(semver('2.0.0')) == -1 && semver('1.0.0+a') == semver('1.0.0+b')")]
    [InlineData("optional.of(1).hasValue() && !optional.none().hasValue() && optional.of(1).orValue(2) == 1 && optional.ofNonZeroValue('').orValue('x') == 'x'")]
    [InlineData("optional.none().or(optional.of(3)).value() == 3 && optional.of(2).optMap(v, v * 2).value() == 4")]
    [InlineData("{'a': 1}.?a.orValue(0) == 1 && {'a': 1}.?b.orValue(0) == 0 && {'a': {'b': 2}}.?a.?b.value() == 2 && [1][?5].orValue(9) == 9")]
    [InlineData("[1, ?optional.none(), ?optional.of(2)] == [1, 2] && {?'a': optional.none(), 'b': 1} == {'b': 1}")]
    [InlineData("timestamp('2024-02-29T10:20:30.5Z').getFullYear() == 2024 && timestamp('2024-02-29T10:20:30Z').getMonth() == 1")]
    [InlineData("timestamp('2024-02-29T23:20:30Z').getDate('+02:00') == 1 && timestamp('2024-02-29T10:20:30Z').getDayOfWeek() == 4")]
    [InlineData("timestamp('2024-01-01T00:00:00Z') + duration('36h') == timestamp('2024-01-02T12:00:00Z')")]
    [InlineData("timestamp('2024-01-02T00:00:00Z') - timestamp('2024-01-01T00:00:00Z') == duration('24h') && duration('1h30m').getMinutes() == 90")]
    [InlineData("string(duration('1h')) == '3600s' && string(timestamp('2024-01-02T00:00:00Z')) == '2024-01-02T00:00:00Z' && int(timestamp('1970-01-01T00:01:00Z')) == 60")]
    [InlineData("duration('1m') < duration('61s') && duration('-1.5s').getMilliseconds() == -500")]
    [InlineData("[1, 2].all(i, v, v == i + 1) && {'a': 1}.exists(k, v, k == 'a' && v == 1) && [5, 6].existsOne(i, v, v == 6)")]
    [InlineData("[1, 2].transformList(i, v, v * i) == [0, 2] && {'a': 1, 'b': 2}.transformMap(k, v, v > 1, v + 1) == {'b': 3}")]
    [InlineData("type(1) == int && type('a') == string && type([]) == list && type(null) == null_type")]
    [InlineData("1u + 2u == 3u && uint(3) == 3u && 0x10 == 16 && bytes('abc') == b'abc' && string(b'abc') == 'abc'")]
    [InlineData("1 < 2.5 && 2u >= 1 && dyn(1) == 1.0 && double('1.5') == 1.5 && int('7') == 7 && bool('true')")]
    [InlineData("7 / 2 == 3 && -7 % 3 == -1 && 2 * 3 - 1 == 5 && -(-3) == 3")]
    [InlineData("1 in [1, 2] && 'a' in {'a': 1} && !('b' in {'a': 1}) && dyn(1u) in [1]")]
    [InlineData("[1, 2] + [3] == [1, 2, 3] && {'a': [1]}.a[0] == 1 && {1: 'x'}[1] == 'x'")]
    [InlineData("[{'n': 'a'}].exists(x, has(x.n) && !has(x.m))")]
    [InlineData("true || 1 / 0 == 1")]
    [InlineData("!(false && 1 / 0 == 1) && [1, 0].exists(x, 1 / x == 1)")]
    [InlineData(@"r'a\b' == 'a\\b' && '''a'b''' == 'a\'b' && '\u00e9' == 'é'")]
    public void Expressions_AreTrue(string expression) => Evaluate(expression).ShouldBe(true);

    [Theory]
    [InlineData("1 / 0 == 1", "division by zero")]
    [InlineData("9223372036854775807 + 1 > 0", "integer overflow")]
    [InlineData("[1][3] == 1", "index out of bounds: 3")]
    [InlineData("{'a': 1}.b == 1", "no such key: b")]
    [InlineData("'abc'.substring(2, 9) == ''", "index out of range: 9")]
    [InlineData("[].min() == 1", "min called on empty list")]
    [InlineData("semver('1.0') == semver('1.0.0')", "invalid semantic version \"1.0\"")]
    [InlineData("optional.none().value() == 1", "optional.none() dereference")]
    [InlineData("quantity('x') == quantity('1')", "quantity parse error")]
    [InlineData("dyn('a') + 1 == 2", "no such overload: string + int")]
    [InlineData("'a'.matches('(') || 1 == 2", "error parsing regexp")]
    public void Evaluation_FailsWithTheReason(string expression, string reason) =>
        Should.Throw<CelException>(() => Evaluate(expression)).Message.ShouldContain(reason);

    [Theory]
    [InlineData("self.when > timestamp('2024-01-01T00:00:00Z') && self.when.getFullYear() == 2025")]
    [InlineData("self.wait == duration('90s') && self.raw == b'abc' && self.ratio == 2.0")]
    [InlineData("self.port == 'http' || self.port == 80")]
    [InlineData("self.tags == ['b', 'a'] && self.tags + ['a', 'c'] == ['a', 'b', 'c']")]
    [InlineData("self.parts.all(p, p.name != '') && self.parts[1].v == 2")]
    [InlineData("(self.parts + [dyn({'name': 'x', 'v': 9})]).filter(p, p.name == 'x')[0].v == 9")]
    [InlineData("self.labels.all(k, self.labels[k] == 'v') && self.labels.size() == 1 && self.?none.hasValue() == false")]
    [InlineData("self.nothing == null")]
    public void Values_HaveTheTypesOfTheirSchema(string expression)
    {
        var schema = KubernetesJson.Deserialize<JSONSchemaProps>(JsonText.Obj("""
            {"type":"object","properties":{
              "when":{"type":"string","format":"date-time"},"wait":{"type":"string","format":"duration"},
              "raw":{"type":"string","format":"byte"},"ratio":{"type":"number"},"none":{"type":"string"},
              "nothing":{"type":"string","nullable":true},"port":{"x-kubernetes-int-or-string":true},
              "labels":{"type":"object","additionalProperties":{"type":"string"}},
              "tags":{"type":"array","x-kubernetes-list-type":"set","items":{"type":"string"}},
              "parts":{"type":"array","x-kubernetes-list-type":"map","x-kubernetes-list-map-keys":["name"],
                "items":{"type":"object","properties":{"name":{"type":"string"},"v":{"type":"integer"}}}}}}
            """)).ToSchemaNode();
        var value = JsonText.Obj("""
            {"when":"2025-01-01T00:00:00Z","wait":"1m30s","raw":"YWJj","ratio":2,"nothing":null,"port":80,
             "labels":{"k":"v"},"tags":["a","b"],"parts":[{"name":"x","v":1},{"name":"y","v":2}]}
            """);
        var program = CelProgram.Compile(
            expression, ImmutableDictionary<string, CelType>.Empty.Add("self", CelType.Of(schema)!), CelType.Bool);

        program.Run(
            new Dictionary<string, object?> { ["self"] = CelValue.Of(value, schema) },
            new CelBudget(CelBudget.ObjectMax)).ShouldBe(true);
    }

    [Fact]
    public void Metadata_IsKnownByNameOnly()
    {
        var type = CelType.Of(new SchemaNode { Type = "object" }, isResource: true)!;
        var names = ImmutableDictionary<string, CelType>.Empty.Add("self", type);

        CelProgram.Compile("self.metadata.name.startsWith('a') && self.kind == 'X'", names, CelType.Bool).ShouldNotBeNull();
        Should.Throw<CelException>(() => CelProgram.Compile("has(self.metadata.labels)", names, CelType.Bool))
            .Message.ShouldContain("undefined field 'labels'");
    }

    private static object? Evaluate(string expression) =>
        CelProgram.Compile(expression, ImmutableDictionary<string, CelType>.Empty, CelType.Bool)
            .Run(new Dictionary<string, object?>(), new CelBudget(CelBudget.ObjectMax));
}
